"""Crash loops from events, and ends that somebody wanted from inspect: what the link writes of both."""

from collections.abc import Callable
from typing import Any

from hosts.models import Container, Endpoint
from tests.hosts.link.supervise.own_podman import OwnPodman, container, event
from tests.hosts.link.supervise.test_watch import follows, is_up
from tests.lab.link_process import until

Register = Callable[..., Endpoint]
A, B = "a" * 64, "b" * 64
ENDED_AT = 1795537223
BY_POLICY = ("died", "restart", "init", "start")


def send(podman: OwnPodman, actions: tuple[str, ...], podman_id: str = A) -> None:
    for action in actions:
        more = {"containerExitCode": "1"} if action == "died" else {}
        podman.send(event(action, podman_id, **more))


def row(podman_id: str = A) -> Any:
    return Container.objects.get(podman_id=podman_id)


def watched(register: Register, podman: OwnPodman) -> None:
    endpoint = register(podman.path)
    until("up", lambda: is_up(endpoint))
    until("events", lambda: follows(podman))


def test_restarts_by_the_policy_are_counted(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [container(A), container(B)]
    watched(register, podman)
    for _number in range(3):
        send(podman, BY_POLICY)
    until("three crashes", lambda: row().crashes == 3)
    assert row().died_code == 1
    before = row()
    # Podman 4 and 5 send a person's restart in these orders
    for actions in (("restart", "died", "init", "start"), ("died", "init", "start", "restart")):
        send(podman, actions, B)
    send(podman, BY_POLICY)
    until("one more", lambda: row().crashes == 4)
    assert row().died_at > before.died_at
    assert row().revision > before.revision
    until("the last end of the other", lambda: row(B).died_code == 1)
    assert row(B).crashes == 0
    # a person starts it again: a new life
    send(podman, ("died", "cleanup", "init", "start"))
    until("none", lambda: row().crashes == 0)


def ended(podman_id: str, code: int) -> dict[str, Any]:
    return container(
        podman_id, state="exited", Exited=True, ExitCode=code, ExitedAt=ENDED_AT, Pid=0
    )


def inspected(*, by_somebody: bool) -> dict[str, Any]:
    state: dict[str, Any] = {"FinishedAt": "2026-11-24T16:20:23.895676892Z", "ExitCode": 137}
    return {"State": state | ({"StoppedByUser": True} if by_somebody else {})}


def test_whose_doing_an_end_was_is_asked_once(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [ended(A, 137), ended(B, 137)]
    podman.inspects = {A: inspected(by_somebody=True), B: inspected(by_somebody=False)}
    watched(register, podman)
    assert row(A).stopped_at == row(A).exited_at
    assert row(B).stopped_at is None
    asked = podman.told.count(f"/containers/{A}/json")
    podman.send(event("rename", A))
    podman.lists["containers"].append(container("c" * 64))
    podman.send(event("create", "c" * 64))
    until("another look", lambda: Container.objects.filter(podman_id="c" * 64).exists())
    assert podman.told.count(f"/containers/{A}/json") == asked


def test_an_end_for_want_of_memory_is_known(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [ended(A, 137), ended(B, 137)]
    killed, before = (inspected(by_somebody=False) for _ in "ab")
    killed["State"]["OOMKilled"] = True
    # of another end than the list's
    before["State"] |= {"OOMKilled": True, "FinishedAt": "2026-11-24T16:19:00Z"}
    podman.inspects = {A: killed, B: before}
    watched(register, podman)
    assert row(A).oom_at == row(A).exited_at
    assert row(A).stopped_at is None
    assert row(B).oom_at is None


def test_a_stop_is_known_when_its_row_is_written(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [container(A)]
    watched(register, podman)
    podman.inspects = {A: inspected(by_somebody=True)}
    podman.lists["containers"] = [ended(A, 137)]
    podman.send(event("died", A, containerExitCode="137"))
    seen: list[bool] = []

    def stopped() -> bool:
        if row().state == "exited":
            seen.append(row().stopped_at == row().exited_at)
        return bool(seen)

    until("the end", stopped)
    assert seen == [True]


def test_a_unit_that_makes_its_container_anew_is_counted_by_name(
    register: Register, podman: OwnPodman
) -> None:
    """As systemd runs Quadlet's: removed at its end, and another one under its name."""
    watched(register, podman)
    label = {"PODMAN_SYSTEMD_UNIT": "web.service", "name": "web"}

    def life(podman_id: str, code: str, more: dict[str, str]) -> None:
        podman.lists["containers"] = [container(podman_id)]
        for action in ("create", "init", "start"):
            podman.send(event(action, podman_id, **more))
        until("there", lambda: Container.objects.filter(podman_id=podman_id).exists())
        podman.send(event("died", podman_id, containerExitCode=code, **more))
        podman.send(event("remove", podman_id, **more))

    for number in range(4):
        life(str(number) * 64, "1", label)
    podman.lists["containers"] = [container(A)]
    for action in ("create", "init", "start"):
        podman.send(event(action, A, **label))
    until("four crashes", lambda: Container.objects.filter(podman_id=A, crashes=4).exists())
    assert row().died_code == 1
    # a person who makes one again and again by hand, and a unit that is restarted
    for name, code in (("hand", "1"), ("unit", "137")):
        more = {"name": name} | ({} if name == "hand" else {"PODMAN_SYSTEMD_UNIT": "u.service"})
        for number in range(3):
            life(f"{name[0]}{number}".ljust(64, "c"), code, more)
        last = f"{name[0]}9".ljust(64, "c")
        podman.lists["containers"] = [container(last)]
        for action in ("create", "init", "start", "died"):
            podman.send(event(action, last, containerExitCode="1", **more))
        until(
            "written",
            Container.objects.filter(podman_id=last, died_code=1).exists,
        )
        assert row(last).crashes == 0
