"""An endpoint is watched: lists, events, health, and answers that it should not give (R19)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from audit.models import Entry
from hosts.models import Container, Endpoint
from tests.hosts.link.supervise.own_podman import OwnPodman, container, event
from tests.lab.link_process import until

Register = Callable[..., Endpoint]
A, B = "a" * 64, "b" * 64


def stands(endpoint: Endpoint) -> tuple[str, str]:
    endpoint.refresh_from_db()
    return endpoint.state, endpoint.reason_kind


def is_up(endpoint: Endpoint) -> bool:
    return stands(endpoint)[0] == "up" and endpoint.compared_at is not None


def follows(podman: OwnPodman) -> bool:
    return podman.streams > 0


def test_an_event_makes_one_object_listed_again(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [container(A), container(B)]
    endpoint = register(podman.path)
    until("up", lambda: is_up(endpoint))
    until("events", lambda: follows(podman))
    podman.lists["containers"] = [container(A, state="exited"), container(B, state="paused")]
    podman.send(event("died", A))
    until("seen", lambda: Container.objects.get(podman_id=A).state == "exited")
    # no event named the other one
    assert Container.objects.get(podman_id=B).state == "running"


def test_health_comes_with_its_event(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [container(A, Status="starting")]
    endpoint = register(podman.path)
    until("up", lambda: is_up(endpoint))
    until("events", lambda: follows(podman))
    asked = podman.told.count("/containers/json")
    podman.send(event("health_status", A, health="healthy"))
    until("seen", lambda: Container.objects.get(podman_id=A).health == "healthy")
    assert podman.told.count("/containers/json") == asked


def test_noise_asks_nothing(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [container(A)]
    endpoint = register(podman.path)
    until("up", lambda: is_up(endpoint))
    until("events", lambda: follows(podman))
    asked = podman.told.count("/containers/json")
    for action in ("exec", "exec_died", "sync", "attach"):
        podman.send(event(action, A))
    podman.lists["containers"] = [container(A, state="exited")]
    podman.send(event("died", A))
    until("seen", lambda: Container.objects.get(podman_id=A).state == "exited")
    assert podman.told.count("/containers/json") == asked + 1


def test_a_broken_event_stream_begins_again(register: Register, podman: OwnPodman) -> None:
    endpoint = register(podman.path)
    until("up", lambda: is_up(endpoint))
    until("events", lambda: follows(podman))
    podman.end_streams()
    until("events again", lambda: podman.streams == 2)
    podman.lists["containers"] = [container(A)]
    podman.send(event("create", A))
    until("seen", lambda: Container.objects.filter(podman_id=A).exists())


def test_a_repeated_event_is_told_once(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [container(A)]
    endpoint = register(podman.path)
    until("up", lambda: is_up(endpoint))
    until("events", lambda: follows(podman))
    line = event("pause", A)
    podman.send(line)
    podman.send(line)
    entries = Entry.objects.filter(kind="observed", target_id=A)
    until("told", lambda: entries.filter(verb="container.pause").exists())
    podman.send(event("unpause", A))
    until("told", lambda: entries.filter(verb="container.unpause").exists())
    assert entries.get(verb="container.pause").count == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(body=b'[{"Id": "'),
        lambda: web.Response(body=b"\xff\xfe"),
        lambda: web.json_response({"Id": A}),
        lambda: web.Response(status=500, text="panic"),
        lambda: web.Response(body=b"[" + b" " * (33 * 1024 * 1024) + b"]"),
    ],
    ids=["cut", "not utf-8", "no list", "500", "too large"],
)
def test_a_wrong_list_degrades_and_removes_nothing(
    register: Register, podman: OwnPodman, answer: Callable[[], web.Response]
) -> None:
    podman.lists["containers"] = [container(A)]
    endpoint = register(podman.path)
    until("up", lambda: is_up(endpoint))
    until("events", lambda: follows(podman))
    podman.overrides["/containers/json"] = answer
    podman.send(event("died", A))
    until("degraded", lambda: stands(endpoint) == ("degraded", "api-not-answering"))
    assert Container.objects.filter(gone=None).count() == 1
    del podman.overrides["/containers/json"]
    until("up again", lambda: stands(endpoint) == ("up", ""))


def test_an_old_podman_is_not_mirrored(register: Register, podman: OwnPodman) -> None:
    podman.headers["Libpod-API-Version"] = "3.4.4"
    podman.lists["containers"] = [container(A)]
    endpoint = register(podman.path)
    until("refused", lambda: stands(endpoint) == ("degraded", "podman-too-old"))
    assert not Container.objects.exists()


def test_something_else_than_podman(register: Register, podman: OwnPodman) -> None:
    del podman.headers["Libpod-API-Version"]
    endpoint = register(podman.path)
    until("refused", lambda: stands(endpoint) == ("degraded", "api-not-answering"))


def test_no_socket_names_the_command(register: Register, podman: OwnPodman) -> None:
    endpoint = register(podman.path.with_name("none.sock"))
    until("missing", lambda: stands(endpoint) == ("degraded", "socket-missing"))
    assert "systemctl" in endpoint.cure


def test_no_events_still_lists(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [container(A)]
    podman.overrides["/events"] = lambda: web.Response(status=500, text="no event backend")
    endpoint = register(podman.path)
    until("degraded", lambda: stands(endpoint) == ("degraded", "events-none"))
    assert Container.objects.filter(podman_id=A).exists()


def test_a_store_known_already_is_named(
    register: Register, podman: OwnPodman, tmp_path: Path
) -> None:
    first = register(podman.path)
    until("up", lambda: is_up(first))
    second = OwnPodman(podman.path.with_name("q.sock"))
    second.graph_root = podman.graph_root
    second.start()
    try:
        other = register(second.path, name="again")
        until("refused", lambda: stands(other) == ("degraded", "same-store"))
        assert str(podman.path) in other.reason
    finally:
        second.stop()


ODD: list[Any] = [
    None,
    7,
    "words",
    [],
    {},
    {"Id": None},
    {"Id": [A], "Pod": "p"},
    {"Id": {"a": 1}, "Pod": "p"},
    {"Id": B, "Names": {"a": None}, "Labels": [None], "Pod": [None], "Ports": {"x": 1}},
]


def test_nothing_odd_in_a_list_ends_the_login(register: Register, podman: OwnPodman) -> None:
    """The attack: `[null]` beside a container in a pod began the login anew, again and again."""
    podman.lists["containers"] = [container(A)]
    for kind in ("pods", "images", "volumes", "networks", "secrets"):
        podman.lists[kind] = list(ODD)
    endpoint = register(podman.path)
    until("degraded", lambda: stands(endpoint) == ("degraded", "left-out"))
    assert "4 entries of Podman's list" in endpoint.reason
    until("events", lambda: follows(podman))
    streams = podman.streams
    podman.lists["containers"] = [container(A, state="exited"), *ODD]
    podman.send(event("died", A))
    until("seen", lambda: Container.objects.get(podman_id=A).state == "exited")
    podman.lists["containers"] = [container(A, state="paused"), *ODD]
    podman.send(event("pause", A))
    until("seen again", lambda: Container.objects.get(podman_id=A).state == "paused")
    # the watch that heard it is the first one
    assert podman.streams == streams


def test_a_list_of_millions_of_values_is_not_taken(register: Register, podman: OwnPodman) -> None:
    """The attack: 32 MiB of empty lists took 1.17 GB."""
    podman.lists["containers"] = [container(A)]
    endpoint = register(podman.path)
    until("up", lambda: is_up(endpoint))
    until("events", lambda: follows(podman))
    body = b"[" + b"[]," * (31 * 1024 * 1024 // 3) + b"[]]"
    podman.overrides["/containers/json"] = lambda: web.Response(body=body)
    podman.send(event("died", A))
    until("degraded", lambda: stands(endpoint) == ("degraded", "api-not-answering"))
    assert "2,000,000 values" in endpoint.reason
    assert Container.objects.filter(gone=None).count() == 1
