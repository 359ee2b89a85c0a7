"""Crash loops for want of memory: by the event where it says so, else by one inspect."""

from collections.abc import Callable
from typing import Any

from hosts.models import Container, Endpoint
from tests.hosts.link.supervise.own_podman import OwnPodman, container, event
from tests.hosts.link.supervise.test_watch import follows, is_up
from tests.lab.link_process import until

Register = Callable[..., Endpoint]
A, B, C, D = (letter * 64 for letter in "abcd")


def row(podman_id: str) -> Any:
    return Container.objects.get(podman_id=podman_id)


def crash(podman: OwnPodman, podman_id: str, code: str, **more: str) -> None:
    podman.send(event("died", podman_id, containerExitCode=code, **more))
    for action in ("restart", "init", "start"):
        podman.send(event(action, podman_id))


def inspects(podman: OwnPodman, podman_id: str) -> int:
    return podman.told.count(f"/containers/{podman_id}/json")


def watched(register: Register, podman: OwnPodman) -> None:
    endpoint = register(podman.path)
    until("up", lambda: is_up(endpoint))
    until("events", lambda: follows(podman))


def test_which_loops_ran_out_of_memory(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [container(one) for one in (A, B, C, D)]
    # as Podman 4 and 5 tell it, by inspect alone; it stays true for good
    podman.inspects = {
        one: {"State": {"OOMKilled": oom}} for one, oom in ((A, True), (C, False), (D, True))
    }
    watched(register, podman)
    for _number in range(3):
        crash(podman, A, "137")
        crash(podman, B, "137", oomKilled="true")
        crash(podman, C, "137")
        # killed so once, long ago; now it ends by itself
        crash(podman, D, "1")
    until("all counted", lambda: all(row(one).crashes == 3 for one in (A, B, C, D)))
    until("known", lambda: row(A).oom_at == row(A).died_at and row(B).oom_at == row(B).died_at)
    assert (row(C).oom_at, row(D).oom_at) == (None, None)
    assert [inspects(podman, one) for one in (A, B, C, D)] == [1, 0, 1, 0]
    crash(podman, A, "137")
    until("again", lambda: row(A).crashes == 4 and row(A).oom_at == row(A).died_at)
    assert inspects(podman, A) == 1


def test_a_unit_whose_container_ran_out_of_memory_loops_too(
    register: Register, podman: OwnPodman
) -> None:
    """By Podman 6's event alone: systemd removes the container, and stops units by the same signal."""
    watched(register, podman)
    label = {"PODMAN_SYSTEMD_UNIT": "web.service", "name": "web"}
    for number in range(3):
        podman_id = str(number) * 64
        podman.lists["containers"] = [container(podman_id)]
        podman.send(event("create", podman_id, **label))
        until("there", Container.objects.filter(podman_id=podman_id).exists)
        oom = {**label, "containerExitCode": "137", "oomKilled": "true"}
        podman.send(event("died", podman_id, **oom))
        podman.send(event("remove", podman_id, **label))
    podman.lists["containers"] = [container(A)]
    podman.send(event("create", A, **label))
    until("counted", Container.objects.filter(podman_id=A, crashes=3).exists)
    until("known", lambda: row(A).oom_at is not None and row(A).oom_at == row(A).died_at)
