"""A kube file is shown as it was sent, its secrets hidden where they stand; else anew, which is said."""

from typing import Any

import pytest
import yaml

from hosts.guardrails import masked

CANARY = "s3cr3t-canary"
SENT = f"""\
# the shop, see https://wiki.example/shop
# was: --token {CANARY}
apiVersion: v1   # of old
kind: Secret
metadata: {{name: db}}
type: kubernetes.io/dockerconfigjson
stringData:
  password: "{CANARY}"   # rotated in May
  other: |
    {CANARY}
    {CANARY}
  # token: {CANARY} and more
---
kind: ConfigMap
apiVersion: v1
metadata: {{name: conf}}
data: {{app.ini: 'key = {CANARY}', b: {CANARY}}}
---
kind: Pod
apiVersion: v1
metadata:
  name: shop
  annotations: {{note: {CANARY}, io.podman.annotations.userns: keep-id}}
  labels: {{app: shop, db-password: {CANARY}}}
spec:
  restartPolicy: &always Always
  containers:
  - name: front
    image: quay.io/shop/token:7
    command: ["/bin/serve", '--db-password', "{CANARY}",
              --token={CANARY}, --port, "8080"]
    env: &env
    - name: DB
      value: &pw !!str {CANARY}
    - {{name: COPY, value: *pw}}
    # - name: OLD
    #   value: {CANARY}
    - {{name: FROM_SECRET, valueFrom: {{secretKeyRef: {{name: db, key: password}}}}}}
  - name: back
    image: docker.io/library/mysql:8
    args:
    - -p{CANARY}
    - --verbose
    env: *env
    lifecycle:
      postStart:
        exec:
          command:
          - sh
          - -c
          - |
            # warm up
            curl -u me:{CANARY} https://x.example
            rm -rf /srv/cache
    livenessProbe:
      httpGet: {{path: /, port: 80, httpHeaders: [{{name: X-Key, value: {CANARY}}}]}}
"""
SHOWN = """\
# the shop, see https://wiki.example/shop
# was: --token •••
apiVersion: v1   # of old
kind: Secret
metadata: {name: db}
type: kubernetes.io/dockerconfigjson
stringData:
  password: "•••"   # rotated in May
  other: •••
  # token: •••
---
kind: ConfigMap
apiVersion: v1
metadata: {name: conf}
data: {app.ini: '•••', b: •••}
---
kind: Pod
apiVersion: v1
metadata:
  name: shop
  annotations: {note: •••, io.podman.annotations.userns: keep-id}
  labels: {app: shop, db-password: •••}
spec:
  restartPolicy: &always Always
  containers:
  - name: front
    image: quay.io/shop/token:7
    command: ["/bin/serve", '--db-password', "•••",
              --token=•••, --port, "8080"]
    env: &env
    - name: DB
      value: &pw !!str •••
    - {name: COPY, value: *pw}
    # - name: OLD
    #   value: •••
    - {name: FROM_SECRET, valueFrom: {secretKeyRef: {name: db, key: password}}}
  - name: back
    image: docker.io/library/mysql:8
    args:
    - -p•••
    - --verbose
    env: *env
    lifecycle:
      postStart:
        exec:
          command:
          - sh
          - -c
          - |
            # warm up
            curl -u me:••• https://x.example
            rm -rf /srv/cache
    livenessProbe:
      httpGet: {path: /, port: 80, httpHeaders: [{name: X-Key, value: •••}]}
"""


def shown(text: str) -> str:
    from hosts.actions.kube.kube_yaml import read

    return masked.kube((one.content for one in read(text)), text)


def test_a_kube_file_is_shown_as_it_was_sent() -> None:
    assert shown(SENT) == SHOWN


def pod(inner: str) -> str:
    head = "kind: Pod\napiVersion: v1\nmetadata: {name: shop}\nspec:\n  containers:\n"
    return f"{head}  - name: front\n    image: a.b/c:1\n{inner}"


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (
            f"    env:\n    - &one {{name: A, value: {CANARY}}}\n    - <<: *one\n      name: B\n",
            "    env:\n    - &one {name: A, value: •••}\n    - <<: *one\n      name: B\n",
        ),
        # written over lines, with what stands for something else
        (
            f'    command: ["serve", "--token={CANARY}\\u0041", "x\\ty"]\n',
            '    command: ["serve", "--token=•••", "x\\ty"]\n',
        ),
        (
            f"    command: [sh, -c]\n    args:\n    - >-\n      curl -u me:{CANARY}\n      https://x\n"
            "    tty: true\n",
            '    command: [sh, -c]\n    args:\n    - "curl -u me:••• https://x"\n    tty: true\n',
        ),
        (
            f"    env:\n    - name: A\n      value: |\n        {CANARY}\n        x\n\n    tty: true # yes\n",
            "    env:\n    - name: A\n      value: •••\n\n    tty: true # yes\n",
        ),
        # of other scripts, which count as one character each
        (
            f"    # ä 漢字 🦭\n    workingDir: /ä🦭\n    env: [{{name: A, value: {CANARY}}}]\n",
            "    # ä 漢字 🦭\n    workingDir: /ä🦭\n    env: [{name: A, value: •••}]\n",
        ),
        ('    env: [{name: A, value: 7}, {name: B, value: ""}]\n', None),
        (f"    env: {{A: {CANARY}}}\n", "    env: {A: •••}\n"),
        (f"    passwords: [{CANARY}, {{password: {CANARY}}}]\n", None),
    ],
)
def test_each_way_to_write_it(sent: str, wanted: str | None) -> None:
    text = shown(pod(sent))
    if wanted is not None:
        assert text == pod(wanted)
    assert not text.startswith(masked.ANEW)


def test_of_a_list_each_one_is_looked_at() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n# both\n- kind: Secret\n  apiVersion: v1\n"
        f"  metadata: {{name: db}}\n  data: {{a: {CANARY}}}\n"
    )
    assert shown(text) == text.replace(CANARY, "•••")


@pytest.mark.parametrize(
    "text",
    [
        pod(f"    env: [{{name: A, value: {CANARY}}}]\n").replace("\n", "\r\n"),
        # one thing in two places, in one of which it runs: it is hidden in the other alone
        pod("    env: [{name: A, value: &c 'rm -rf /'}]\n    command: [sh, -c, *c]\n"),
        "\ufeff" + pod(f"    env: [{{name: A, value: {CANARY}}}]\n"),
    ],
)
def test_what_cannot_be_hidden_for_certain_is_written_anew(text: str) -> None:
    found = shown(text)
    assert found.startswith(f"{masked.ANEW}\n")
    assert CANARY not in found
    assert ("rm -rf /" in found) == ("rm -rf /" in text)
    assert [one["kind"] for one in yaml.safe_load_all(found)] == ["Pod"]


def test_a_list_in_the_place_of_one_value_is_written_anew(monkeypatch: Any) -> None:
    """Whatever the hiding does, what it shows is read once more."""
    from hosts.guardrails.masked import in_place

    text = pod(f"    env: [{{name: A, value: {CANARY}}}]\n")
    monkeypatch.setattr(in_place, "_instead", lambda raw, node, may: raw)
    found = shown(text)
    assert found.startswith(masked.ANEW)
    assert CANARY not in found


def test_signs_that_turn_what_is_read_are_shown() -> None:
    """A comment could otherwise make a command look like another one."""
    assert masked.visible("rm -rf /\u202e x\u200b\t\n") == "rm -rf /\\u202e x\\u200b\t\n"


def test_what_a_container_is_run_with_is_shown_without_its_secrets() -> None:
    given = {
        "image": "quay.io/x/token:7",
        "name": "shop",
        "command": ["-c", f"mysql -p{CANARY} shop && rm -rf /x"],
        "entrypoint": ["sh"],
        "health_cmd": ["CMD-SHELL", f"curl -u a:{CANARY} http://localhost"],
        "health_startup": ["CMD", "mysqladmin", f"-p{CANARY}"],
        "labels": {"app": "shop", "api-token": CANARY, "db": f"pg://me:{CANARY}@db/x"},
        "annotations": {"x/password": CANARY, "run.oci.handler": "krun"},
        "log_options": {"tag": "shop", "splunk-token": CANARY},
        "secrets": [{"source": "db-password", "target": "x"}],
        "ports": [{"host_port": 8080, "container_port": 80}],
        "memory_bytes": 7,
        "user": "1000:1000",
    }
    found = masked.order(given)
    assert CANARY not in str(found)
    for name in ("image", "name", "secrets", "ports", "memory_bytes", "user"):
        assert found[name] == given[name]
    assert found["command"] == ["-c", "mysql -p••• shop && rm -rf /x"]
    assert found["health_cmd"] == ["CMD-SHELL", "curl -u a:••• http://localhost"]
    assert found["health_startup"] == ["CMD", "mysqladmin", "-p•••"]
    assert found["labels"] == {"app": "shop", "api-token": "•••", "db": "pg://me:•••@db/x"}
    assert found["annotations"] == {"x/password": "•••", "run.oci.handler": "krun"}
    assert found["log_options"] == {"tag": "shop", "splunk-token": "•••"}
