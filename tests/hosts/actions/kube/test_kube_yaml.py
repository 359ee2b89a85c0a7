"""Kube files: what they make, and that nothing odd costs more than its bytes."""

import pytest

from hosts.actions.kube.kube_plan import plan_of
from hosts.actions.kube.kube_yaml import LIMIT_BYTES, YamlRefused, read

SHOP = """\
apiVersion: v1
kind: Secret
metadata:
  name: till
data:
  pin: MTIzNA==
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: stock
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 3
  template:
    metadata:
      labels:
        app: shop
    spec:
      initContainers:
      - name: prepare
        image: localhost/busybox
      containers:
      - name: front
        image: registry.example/web:2
        ports:
        - containerPort: 80
          hostPort: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: shop
"""


def test_what_a_file_makes() -> None:
    plan = plan_of(SHOP)
    assert plan.names("pod") == ["shop-pod"]
    assert plan.names("container") == ["shop-pod-prepare", "shop-pod-front"]
    assert plan.names("volume") == ["stock"]
    assert plan.names("secret") == ["till"]
    assert plan.images == ["localhost/busybox:latest", "registry.example/web:2"]
    assert plan.ports == ("8080→80",)
    assert plan.skipped == (("Service", 35),)
    assert "3" in next(one.note for one in plan.objects if one.kind == "pod")


def test_before_4_4_podman_makes_all_replicas_numbered() -> None:
    plan = plan_of(SHOP, numbered=True)
    assert plan.names("pod") == ["shop-pod-0", "shop-pod-1", "shop-pod-2"]
    assert plan.names("container")[-1] == "shop-pod-2-front"
    with pytest.raises(YamlRefused, match="replicas"):
        plan_of(SHOP.replace("replicas: 3", "replicas: 3000"), numbered=True)


def test_a_list_is_what_it_holds() -> None:
    item = "  - {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: stock}}\n"
    plan = plan_of(f"apiVersion: v1\nkind: List\nitems:\n{item}")
    assert [(one.kind, one.name, one.line) for one in plan.objects] == [("volume", "stock", 4)]


POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n"


ONE = POD + "  containers: [{name: x, image: localhost/x}]\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("kind: Pod\n  name: x\n", 2),
        ("a: [1, 2\nb: 3\n", 2),
        ("kind: Pod\nkind: Pod\n", 2),
        ("kind: !!python/object:os.system x\nmetadata: {}\n", 1),
        ("- 1\n", 1),
        ("kind: Pod\nmetadata:\n  nam: x\n", 2),
        (POD + "  containers: 7\n", 6),
        (POD + "  containers:\n  - image: localhost/x\n", 7),
        (POD + "  containers:\n  - name: x\n", 7),
        (POD + "  containers:\n  - name: x\n    image: UPPER\n", 8),
        (POD + "  hostNetwork: true\n", 5),
        (POD + "  containers:\n  - name: x\n    image: docker-archive:/srv/x\n", 8),
        (ONE + "  volumes:\n  - name: x\n    image: {reference: 'oci:/srv/x'}\n", 9),
        ("kind: Service\nmetadata: {name: x}\n", 1),
        ("a: &a [*a]\n", 1),
        (f"{ONE}---\n{ONE}", 8),
    ],
)
def test_the_line_is_named(text: str, line: int) -> None:
    with pytest.raises(YamlRefused) as refused:
        plan_of(text)
    assert refused.value.message
    assert refused.value.line == line


def test_bombs_are_refused() -> None:
    laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    deep = "a: " + "[" * 100_000
    flow = "{a: " * 5000 + "1" + "}" * 5000
    wide = "a:\n" + "- 1\n" * 200_000
    large = "a: " + "x" * LIMIT_BYTES
    for text in (laughs, deep, flow, wide, large):
        with pytest.raises(YamlRefused):
            read(text)


@pytest.mark.parametrize("text", ["", "\n---\n", "# nothing\n", "\x00", "a: \ud800b"])
def test_nothing_and_nonsense(text: str) -> None:
    with pytest.raises((YamlRefused, UnicodeError)):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "kind: Service\n\u212aind: Pod\n",
        "Kind: Pod\nkind: Service\n",
        "kind: List\nitems: []\nitem\u017f:\n- kind: Pod\n",
        "kind: List\nitems:\n- kind: Service\n  \u212aind: Pod\n",
    ],
)
def test_a_kind_in_two_spellings_is_refused(text: str) -> None:
    """Podman's Go folds letters: what we would leave out as unknown, it would play unjudged."""
    plain = "kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: b, image: quay.io/x/y}]}\n"
    plan_of(plain)
    with pytest.raises(YamlRefused, match="twice"):
        plan_of(f"{plain}---\n{text}")
