"""A health that changes is told once, whatever the lists showed before."""

from typing import Any

import pytest

from hosts.link.supervise.health_changes import HealthChanges


def event(action: str, health: str = "", podman_id: str = "a") -> dict[str, Any]:
    return {
        "Type": "container",
        "Action": action,
        "Actor": {"ID": podman_id},
        **({"HealthStatus": health} if health else {}),
    }


def health(value: str, podman_id: str = "a") -> dict[str, Any]:
    return event("health_status", value, podman_id)


def test_the_first_is_told_though_a_list_showed_it_before_its_event() -> None:
    healths = HealthChanges(lambda podman_id, value: value == "healthy")
    assert not healths.is_change(event("start"))
    assert healths.is_change(health("healthy"))
    assert not healths.is_change(health("healthy"))
    assert healths.is_change(health("unhealthy"))
    assert healths.is_change(health("healthy"))


def test_what_was_so_before_is_not_told_again_by_a_new_link() -> None:
    healths = HealthChanges(lambda podman_id, value: (podman_id, value) == ("old", "healthy"))
    assert not healths.is_change(health("healthy", "old"))
    assert healths.is_change(health("unhealthy", "old"))
    assert healths.is_change(health("starting", "other"))


@pytest.mark.parametrize("value", ["", "odd", None])
def test_what_says_no_health_is_none(value: Any) -> None:
    one = event("health_status") | ({"HealthStatus": value} if value is not None else {})
    assert not HealthChanges(lambda *_: False).is_change(one)
