"""What an approver reads before they ask for more: nothing that may hold a secret."""

import json
import shlex

import pytest
import yaml

from hosts.guardrails import from_kube, from_request, masked
from hosts.guardrails.digest import digest, facts
from hosts.guardrails.from_storage import volume
from hosts.guardrails.masked.patterns import command_looks_secret, looks_secret
from tests.hosts.guardrails.secret_commands import CALM, SECRET

CANARY = "s3cr3t-canary"
_IN_SHELL = set("$`|;&<>")
KUBE = f"""\
apiVersion: v1
kind: Secret
metadata: {{name: db}}
stringData: {{password: {CANARY}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: conf}}
data: {{app.ini: "key = {CANARY}"}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: share
  annotations: {{volume.podman.io/mount-options: "username=x,password={CANARY}"}}
---
apiVersion: v1
kind: Pod
metadata:
  name: shop
  annotations: {{note: {CANARY}, io.podman.annotations.userns: keep-id}}
spec:
  containers:
  - name: front
    image: quay.io/shop/front:7
    command: [/bin/serve, --db-password, {CANARY}]
    args: [--port, "8080"]
    env:
    - {{name: DB, value: {CANARY}}}
    - {{name: FROM_SECRET, valueFrom: {{secretKeyRef: {{name: db, key: password}}}}}}
    livenessProbe:
      httpGet: {{path: /, port: 80, httpHeaders: [{{name: X-Key, value: {CANARY}}}]}}
    # once with --token {CANARY}
  - name: back
    image: quay.io/shop/token:7
    command: [/bin/back]
    args: [--port, "8081"]
"""


def documents(text: str) -> list[dict[str, object]]:
    return list(yaml.safe_load_all(text))


def test_a_kube_file_is_shown_without_its_secrets() -> None:
    text = masked.kube(documents(KUBE))
    assert CANARY not in text
    for said in ("quay.io/shop/front:7", "token:7", "/bin/back", "8081", "keep-id", "FROM_SECRET"):
        assert said in text
    # a command is hidden with all of its arguments
    for said in ("/bin/serve", "8080"):
        assert said not in text
    # still YAML of the same shape
    shown = documents(text)
    assert [one["kind"] for one in shown] == ["Secret", "ConfigMap", "PersistentVolumeClaim", "Pod"]


@pytest.mark.parametrize(
    "document",
    [
        # Podman takes names in any case
        {"Kind": "Secret", "Data": {"a": CANARY}},
        {"kind": "SECRET", "stringdata": {"a": CANARY}},
        {"kind": "Pod", "Kind": "ConfigMap", "data": {"a": CANARY}},
        {"kind": "Pod", "spec": {"containers": [{"Env": [{"name": "A", "Value": CANARY}]}]}},
        {"kind": "Pod", "spec": {"volumes": [{"cifs": {"password": CANARY}}]}},
        {"kind": "Pod", "metadata": {"Annotations": {"a": CANARY}}},
    ],
)
def test_a_kube_file_of_odd_shape_shows_none_either(document: dict[str, object]) -> None:
    assert CANARY not in masked.kube([document])


def test_what_only_names_a_secret_stays() -> None:
    spec = {
        "volumes": [{"secret": {"secretName": "db-password"}}],
        "automountServiceAccountToken": False,
    }
    assert documents(masked.kube([{"kind": "Pod", "spec": spec}])) == [
        {"kind": "Pod", "spec": spec}
    ]


@pytest.mark.parametrize(
    "line",
    [
        f"ENV DB={CANARY}",
        f"ENV DB {CANARY} and more",
        f"env A=1 B=\"{CANARY} x\" C='{CANARY}'",
        f"ENV A=1 \\\n    B={CANARY}\\\n  C={CANARY}",
        f'ENV A="one \\\n  {CANARY}"',
        f"ONBUILD ENV DB={CANARY}",
        f"ARG NPM={CANARY}",
        # a comment does not go on, an instruction's own name may
        f"# what it reads \\\nENV DB={CANARY}",
        f"EN\\\nV DB={CANARY} \\\n# and\n\n  HOST {CANARY}",
        f"RUN curl -H 'Authorization: Bearer {CANARY}' https://x.example",
        f"RUN git clone https://me:{CANARY}@git.example/x",
        f"RUN login --password {CANARY} --user me",
        f"RUN DB_PASSWORD={CANARY} ./setup",
        f'RUN echo \'{{"token": "{CANARY}"}}\' > /conf',
        f"RUN <<EOF\nexport API_KEY={CANARY}\nEOF",
        f'CMD ["serve", "--password", "{CANARY}"]',
        f'CMD [ "-p" , "{CANARY}" ]',
        f'CMD ["serve", "\\u002d-password", "{CANARY}"]',
        f"RUN serve --pass\\\nword {CANARY}",
    ],
)
def test_a_containerfile_is_shown_without_its_secrets(line: str) -> None:
    text = masked.containerfile(
        f"ARG BASE=3.20\nFROM docker.io/library/alpine:$BASE\n{line}\nUSER 7\n"
    )
    assert CANARY not in text
    assert "ARG BASE=3.20\nFROM docker.io/library/alpine:$BASE\n" in text
    assert text.endswith("\nUSER 7\n")


def test_a_file_with_another_sign_for_what_goes_on_shows_none_either() -> None:
    text = masked.containerfile(f"# escape=`\nFROM a.b/c:1\nENV A=1 `\n  B={CANARY}\nUSER 7\n")
    assert text == "# escape=`\nFROM a.b/c:1\nENV A=••• B=•••\nUSER 7\n"


def test_what_is_cut_says_so() -> None:
    whole = f"FROM a.b/c:1\n{'RUN true' * masked.MOST}"
    assert masked.containerfile(whole).endswith(masked.CUT)
    assert masked.kube([{"kind": "Pod", "spec": [whole]}]).endswith(masked.CUT)


@pytest.mark.parametrize(
    "line",
    [
        "RUN apk add --no-cache curl && adduser -D app",
        "COPY --chown=app:app . /srv",
        "RUN --mount=type=secret,id=npm,target=/run/secrets/npm npm ci",
        "RUN --mount=type=cache,target=/root/.cache pip install -r requirements.txt",
        "RUN login --password-file /run/secrets/x",
        'ENTRYPOINT ["/bin/serve", "--listen", "0.0.0.0:80"]',
        "USER passenger",
        "RUN passwd -l root",
    ],
)
def test_what_is_no_secret_stays_as_it_was_written(line: str) -> None:
    text = f"FROM quay.io/x/y:1\n{line}\n"
    assert masked.containerfile(text) == text


@pytest.mark.parametrize("typed", SECRET)
def test_a_command_with_a_secret_is_hidden_whole(typed: str) -> None:
    assert looks_secret(typed)
    head = "FROM quay.io/x/y:1\n"
    ways = [
        f"RUN {typed}",
        f"RUN true && \\\n    {typed}",
        f"HEALTHCHECK CMD {typed}",
        f"# {typed}",
    ]
    if not _IN_SHELL & set(typed):
        words = shlex.split(typed)
        assert command_looks_secret(words)
        assert masked.run_params({"command": words})["command"] == ["•••"]
        [pod] = documents(masked.kube([{"spec": {"command": words[:1], "args": words[1:]}}]))
        assert pod == {"spec": {"command": "•••", "args": "•••"}}
        ways.append(f"ENTRYPOINT {json.dumps(words)}")
    for said in ways:
        first = said.split()[0]
        assert masked.containerfile(f"{head}{said}\nUSER 7\n") == f"{head}{first} •••\nUSER 7\n"


@pytest.mark.parametrize("typed", CALM)
def test_what_only_looks_like_one_stays(typed: str) -> None:
    assert not looks_secret(typed)
    text = f"FROM quay.io/x/y:1\nRUN {typed}\nUSER 7\n"
    assert masked.containerfile(text) == text
    if not _IN_SHELL & set(typed):
        words = shlex.split(typed)
        assert masked.run_params({"command": words, "entrypoint": ["tini"]})["command"] == words


def test_there_are_enough_of_both() -> None:
    assert len(SECRET) >= 60
    assert len(CALM) >= 40


def test_known_forms_of_keys_are_hidden_wherever_they_stand() -> None:
    keys = ["ghp_" + "a" * 36, "AKIA" + "Q" * 16, "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl"]
    keys += ["$6$abcdefgh$" + "x/." * 28, "$2y$05$" + "a" * 53, "$$apr1$$abcdefgh$$" + "a" * 22]
    key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----"
    for one in (*keys, key):
        assert looks_secret(f"use {one} now")
    text = masked.containerfile(f"FROM a.b/c:1\nRUN <<EOF\n{key}\nEOF\nUSER 7\n")
    assert text == "FROM a.b/c:1\nRUN <<EOF\n•••\nEOF\nUSER 7\n"


@pytest.mark.parametrize(
    "piece",
    [
        "a-",
        "a.",
        "eyJ-",
        "password",
        "--a-",
        "a",
        "x://",
        'token="',
        "\\ ",
        "A=",
        "bearer ",
        "a ",
        "`",
        "$(",
        "$a -p",
        "podman ",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    """Quadratic would be minutes; what it would take is not measured, the test's own limit ends it."""
    long = piece * (masked.MOST // len(piece))
    for text in (long, f"FROM a.b/c:1\nENV {long}", f"FROM a.b/c:1\nENV A={long}"):
        assert masked.containerfile(text)
    assert masked.kube([{"kind": "Pod", "spec": {"x": long, "args": [long]}}])


def test_a_volume_that_is_mounted_with_a_password_does_not_show_it() -> None:
    options = {"type": "cifs", "device": "//nas/x", "o": f"username=me,password={CANARY},uid=7,ro"}
    proposal = volume("volume.create", name="share", driver="local", options=options)
    [part] = facts(proposal)
    assert CANARY not in str(part)
    assert "uid=7" in str(part)
    assert "password=•••" in str(part)


def test_the_text_belongs_to_what_is_approved() -> None:
    one, other = (
        from_kube.kube("kube.play", documents(KUBE.replace("/bin/back", command)))
        for command in ("/bin/back", "/bin/other")
    )
    assert "/bin/back" in one.text
    assert digest(one) != digest(other)
    built = from_request.build(
        "image.build", {"t": ["x:1"]}, text=f"FROM a.b/c:1\nENV A={CANARY}\n"
    )
    assert built.text == "FROM a.b/c:1\nENV A=•••\n"


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
        "mounts": [{"type": "tmpfs", "source": "", "options": ["size=7", f"password={CANARY}"]}],
        "secrets": [{"source": "db-password", "target": "x"}],
        "ports": [{"host_port": 8080, "container_port": 80}],
        "memory_bytes": 7,
        "user": "1000:1000",
    }
    found = masked.run_params(given)
    assert CANARY not in str(found)
    for name in ("image", "name", "secrets", "ports", "memory_bytes", "user"):
        assert found[name] == given[name]
    assert (found["entrypoint"], found["command"]) == (["•••"], ["•••"])
    assert found["health_cmd"] == ["CMD-SHELL", "•••"]
    assert found["health_startup"] == ["CMD", "•••"]
    assert found["labels"] == {"app": "shop", "api-token": "•••", "db": "•••"}
    assert found["annotations"] == {"x/password": "•••", "run.oci.handler": "krun"}
    assert found["log_options"] == {"tag": "shop", "splunk-token": "•••"}
    assert found["mounts"][0]["options"] == ["size=7", "password=•••"]
    # one of a sort that nobody knows
    assert masked.run_params({"command": ["serve", "hunter2"]})["command"] == ["serve", "hunter2"]
    assert masked.run_params({"command": ["serve", "Zm9vYmFyQmF6UXV4MTIzNDU2"]})["command"] == [
        "•••"
    ]
