"""Clones of one image told apart by what each says of itself, and one machine never from itself."""

from typing import Any

import pytest

from hosts.link.machine import differences

ONE: dict[str, Any] = {
    "hostname": "golden",
    "machine_id": "6b2f",
    "boot_id": "aa",
    "booted_at": 1000.0,
    "store": ["container a 10", "container b 20"],
    "settled": ["container a 10", "container b 20"],
}


def test_a_machine_is_itself() -> None:
    # a container of the last two minutes may have come between the looks
    later = ONE | {"booted_at": 1001.0, "store": [*ONE["store"], "container c 30"]}
    assert differences(ONE, later) == []


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"hostname": "web2"}, ["hostname"]),
        ({"machine_id": "77"}, ["machine-id"]),
        ({"boot_id": "bb"}, ["boot"]),
        ({"booted_at": 1010.0}, ["boot"]),
        ({"settled": ["container a 10"], "store": ["container a 10"]}, ["store"]),
    ],
)
def test_what_tells_a_clone(other: dict[str, Any], what: list[str]) -> None:
    assert differences(ONE, ONE | other) == what
    assert differences(ONE | other, ONE) == what


@pytest.mark.parametrize("name", ["hostname", "machine_id", "boot_id", "booted_at", "store"])
def test_what_is_not_known_proves_nothing(name: str) -> None:
    less = {key: value for key, value in ONE.items() if key != name}
    assert differences(ONE, less) == []
    assert differences(less, ONE) == []
