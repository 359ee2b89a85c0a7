"""Which events of a host are somebody's doing; sequences as measured on Podman 5.4."""

from typing import Any

import pytest

from hosts.inventory.sightings import SightingReader, is_death, stopped_by_person

A = "a" * 64
POD = "b" * 64


def event(kind: str, action: str, podman_id: str = A, **attributes: str) -> dict[str, Any]:
    return {
        "Type": kind,
        "Action": action,
        "Actor": {"ID": podman_id, "Attributes": {"name": "web", **attributes}},
        "timeNano": 1_795_537_214_903_593_163,
    }


def verbs(*actions: str) -> list[str]:
    reader = SightingReader()
    found = [reader.read(event("container", action)) for action in actions]
    return [one.verb for one in found if one is not None]


def test_a_run_is_a_create_and_a_start() -> None:
    assert verbs("create", "init", "attach", "start") == ["container.create", "container.start"]


def test_what_the_restart_policy_does_is_nobodys_start() -> None:
    policy = ["died", "restart", "init", "start"]
    assert verbs("start", *policy, *policy) == ["container.start", *["container.stop"] * 2]


def test_a_persons_restart_is_a_start() -> None:
    restarted = ["died", "init", "start", "restart"]
    assert verbs(*restarted, *restarted) == ["container.stop", "container.start"] * 2


def test_a_death_may_have_been_a_stop() -> None:
    assert is_death(event("container", "died"))
    assert not is_death(event("pod", "died"))


@pytest.mark.parametrize("action", ["exec", "exec_died", "sync", "health_status", "cleanup"])
def test_health_and_inner_doings_are_nobodys(action: str) -> None:
    assert verbs(action) == []


@pytest.mark.parametrize(
    ("kind", "action", "name", "seen"),
    [
        ("pod", "stop", "p1", True),
        ("image", "pull", "localhost/x:1", True),
        ("image", "untag", "localhost/x:1", False),
        ("volume", "create", "data", True),
        ("volume", "create", "0" * 64, False),
        ("network", "remove", "n1", True),
        ("secret", "create", "s", True),
    ],
)
def test_other_kinds(kind: str, action: str, name: str, seen: bool) -> None:
    sighting = SightingReader().read(event(kind, action, "" if kind == "volume" else A, name=name))
    assert (sighting is not None) is seen
    if sighting is not None:
        assert (sighting.verb, sighting.name) == (f"{kind}.{action}", name)


def test_a_volume_is_known_by_its_name() -> None:
    sighting = SightingReader().read(event("volume", "create", "", name="data"))
    assert sighting is not None
    assert sighting.podman_id == "data"


def test_a_pods_infra_container_is_left_to_the_pod() -> None:
    infra = event("container", "create", name=f"{POD[:12]}-infra", podId=POD)
    assert SightingReader().read(infra) is None


def test_podmans_first_use_after_a_boot() -> None:
    sighting = SightingReader().read(event("system", "refresh", ""))
    assert sighting is not None
    assert sighting.verb == "host.boot"


def test_a_jobs_label_is_kept() -> None:
    sighting = SightingReader().read(event("container", "create", **{"io.haulout.job": "12"}))
    assert sighting is not None
    assert sighting.made_by_job == "12"


@pytest.mark.parametrize("odd", [10**30, -5, 0])
def test_an_odd_time_is_bounded(odd: int) -> None:
    sighting = SightingReader().read({**event("container", "create"), "timeNano": odd})
    assert sighting is not None
    assert 1970 <= sighting.at.year < 10_000


@pytest.mark.parametrize(
    ("inspected", "stopped"),
    [
        ({"State": {"StoppedByUser": True}}, True),
        ({"State": {"StoppedByUser": "true"}}, False),
        ({"State": {}}, False),
        ({"State": []}, False),
        ({}, False),
    ],
)
def test_inspect_tells_a_stop(inspected: dict[str, Any], stopped: bool) -> None:
    assert stopped_by_person(inspected) is stopped
