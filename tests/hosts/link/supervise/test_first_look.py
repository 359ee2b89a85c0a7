"""What only inspect tells of containers: asked once for each, and kept."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from hosts.models import Container, Endpoint
from tests.hosts.link.supervise.own_podman import OwnPodman, container, event
from tests.lab.link_process import Link, until

Register = Callable[..., Endpoint]
A, B, C, D = (letter * 64 for letter in "abcd")


def mounting(*names: str, kube: bool = False) -> dict[str, Any]:
    annotations = {"io.podman.annotations.kube.health.check.action/web": "none"} if kube else {}
    mounts = [{"Type": "volume", "Name": name, "Destination": f"/{name}"} for name in names]
    bound = {"Type": "bind", "Name": "", "Source": "/etc", "Destination": "/etc"}
    return {"Mounts": [*mounts, bound], "Config": {"Annotations": annotations}, "State": {}}


def volumes(podman_id: str) -> list[str] | None:
    found = Container.objects.filter(podman_id=podman_id).first()
    return found.volumes if found else None


def asked(podman: OwnPodman) -> list[str]:
    """First letters of the ids of inspected containers."""
    paths = (path.split("/") for path in list(podman.told))
    return [words[2][0] for words in paths if words[1] == "containers" and len(words) == 4]


def test_those_with_mounts_are_asked_once_and_broken_ones_hold_up_nobody(
    register: Register, podman: OwnPodman, link: Link
) -> None:
    podman.lists["containers"] = [
        container(A, Mounts=["/data", "/etc"]),
        container(B, Mounts=["/data"]),
        container(C),
        container(D, Pod="p" * 64),
    ]
    podman.inspects[A] = mounting("data", "cache", "data")
    podman.inspects[D] = mounting(kube=True)
    podman.overrides[f"/containers/{B}/json"] = lambda: web.json_response(
        {"cause": "x", "message": "broken", "response": 500}, status=500
    )
    register(podman.path)
    until("found", lambda: volumes(A) == ["cache", "data"] and volumes(D) == [])
    assert Container.objects.get(podman_id=D).kube is True
    assert volumes(B) is None
    assert sorted(asked(podman)) == ["a", "b", "d"]

    link.stop()
    podman.told.clear()
    link.start()
    # it is whole again: with the next list it is asked, and nobody else
    podman.inspects[B] = mounting("data")
    del podman.overrides[f"/containers/{B}/json"]
    until("listed", lambda: podman.streams > 1)
    podman.send(event("rename", B))
    until("found too", lambda: volumes(B) == ["data"])
    assert set(asked(podman)) == {"b"}


def test_one_that_comes_back_under_its_id_is_looked_at_anew(
    register: Register, podman: OwnPodman
) -> None:
    podman.lists["containers"] = [container(A, Mounts=["/data"])]
    podman.inspects[A] = mounting("data")
    register(podman.path)
    until("found", lambda: volumes(A) == ["data"] and podman.streams > 0)
    there, podman.lists["containers"] = podman.lists["containers"], []
    podman.send(event("remove", A))
    until("gone", lambda: Container.objects.get(podman_id=A).gone is not None)
    podman.lists["containers"], podman.inspects[A] = there, mounting("other")
    podman.send(event("create", A))
    until("looked at again", lambda: volumes(A) == ["other"])
