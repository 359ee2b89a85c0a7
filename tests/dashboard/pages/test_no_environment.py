"""Without `container.environment` no page shows a value: inspect, run line, forms, YAML, difference."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from hosts.models import INVENTORY
from tests import make
from tests.cast import Cast
from tests.dashboard.routes import every_route
from tests.hosts.podman.scripted_podman import scripted_podman

ID = "ab" * 32
CANARY = "canary-9f3"
COMMAND = ["podman", "run", "--pod=new:shop", "-e", f"PASSWORD={CANARY}", "nginx"]
INSPECT = {
    "Id": ID,
    "Name": "shop",
    "Image": "sha256:" + "cd" * 32,
    "ImageName": "nginx",
    "State": {"Status": "running", "Running": True, "Pid": 1},
    "Config": {"Env": [f"PASSWORD={CANARY}"], "CreateCommand": COMMAND, "Image": "nginx"},
    "CreateCommand": COMMAND,
    "Containers": [{"Id": ID, "Name": "shop", "Env": [f"PASSWORD={CANARY}"]}],
    "HostConfig": {"NetworkMode": "bridge"},
    "NetworkSettings": {"Networks": {}},
    "Mounts": [],
}
YAML = f"""
apiVersion: v1
kind: Pod
metadata: {{name: shop}}
spec:
  containers:
  - name: shop
    image: nginx
    env:
    - {{name: PASSWORD, value: {CANARY}}}
"""


def tell(path: str) -> Any:
    """All it knows, to whoever asks."""
    if "/generate/kube" in path:
        return YAML
    # what the image brings along is no value of the container
    return INSPECT | {"Config": {}} if "/images/" in path else INSPECT


@pytest.fixture
def asked(cast: Cast) -> Iterator[list[str]]:
    """What the host was asked: a container and a pod `shop` at endpoint 1."""
    endpoint = make.endpoint(make.host("web1", pk=1), pk=1)
    now = timezone.now()
    kept = {"digest": "", "seen_at": now, "changed_at": now, "state": "running"}
    for kind in ("container", "pod"):
        INVENTORY[kind].objects.create(endpoint=endpoint, podman_id=ID, name="shop", **kept)
    with scripted_podman(endpoint.pk, tell) as told:
        yield told


@pytest.fixture
def blind(cast: Cast) -> Any:
    """Charlie, who may do everything there is at a place, but not see values."""
    verbs = Role.objects.get(name="admin").verb_names() - {"container.environment"}
    cast.charlie.role = Role.objects.create(name="blind", verbs=sorted(verbs))
    cast.charlie.save()
    return cast.charlie


def addresses() -> list[str]:
    """Every page of the container, of the pod, and what is made like them."""
    found = ["/containers/run/?like=1:" + ID]
    for route in every_route():
        if not route.pattern.startswith(("/containers/<", "/pods/<", "/kube/")):
            continue
        path = route.pattern.replace("<int:endpoint_id>", "1")
        for part in ("<str:podman_id>", "<path:podman_id>"):
            path = path.replace(part, ID)
        found += [path.replace("<str:kind>", kind) for kind in ("container", "pod")]
    return sorted({path for path in found if "<" not in path})


def is_asking(path: str) -> bool:
    """True where a POST asks for the values."""
    return path.endswith(("/inspect/", "/values/")) or "/kube/of/" in path


def test_no_road_tells_a_value(blind: Any, asked: list[str], browser_of: Any) -> None:
    browser = browser_of(blind)
    told = {}
    for path in addresses():
        for more in ({}, {"HTTP_HX_REQUEST": "true"}):
            answer = browser.get(path, **more)
            if not answer.streaming and CANARY in answer.content.decode():
                told[path] = answer.status_code
    assert told == {}
    # else nothing would have been there to tell
    assert any(f"/containers/{ID}/json" in path for path in asked)
    assert any(f"/pods/{ID}/json" in path for path in asked)
    assert any("/generate/kube" in path for path in asked)


def test_asking_for_them_is_refused_and_written_down(
    blind: Any, asked: list[str], browser_of: Any, entries: Any
) -> None:
    browser = browser_of(blind)
    for path in addresses():
        if not is_asking(path):
            continue
        answer = browser.send(path)
        assert CANARY not in answer.content.decode(), path
    kinds = {entry.kind for entry in entries("container.environment")}
    assert kinds == {"refusal"}


def test_whoever_may_is_told_and_it_is_an_entry(
    cast: Cast, asked: list[str], browser_of: Any, entries: Any
) -> None:
    """Else the two above would hold for a host that tells nothing."""
    browser = browser_of(cast.alice)
    told = [
        path
        for path in addresses()
        if is_asking(path) and CANARY in browser.send(path).content.decode()
    ]
    assert len(told) > 2
    assert len(entries("container.environment")) + len(entries("kube.generate")) >= len(told)
