"""Whatever a host sends, rows stay within their columns and nothing raises (T20)."""

from typing import Any

import pytest
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hosts.inventory.rows import MAX_OBJECTS, fields, listed_objects
from hosts.models import INVENTORY

KEYS = [
    "Id ID id Name name Names Labels labels Created created CreatedAt State Status Image ImageID",
    "Command Ports Mounts Networks Pod PodName IsInfra Restarts Pid ExitCode Exited StartedAt",
    "ExitedAt Containers InfraId RepoTags Digest Size SharedSize Dangling Driver Mountpoint",
    "Options Anonymous driver network_interface subnets internal ipv6_enabled dns_enabled",
]
NAMES = [name for line in KEYS for name in line.split()]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=40)
    | st.sampled_from(["x" * 5000, "\x00", "\ud800", "0001-01-01T00:00:00Z", "9" * 400])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["host_ip", "subnet", "Id", "a\x00"]), inner, max_size=3)
    ),
    max_leaves=8,
)
ITEMS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=12)


@pytest.mark.parametrize("kind", sorted(INVENTORY))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(item=ITEMS, other=VALUES)
def test_any_item_fits_its_row(kind: str, item: dict[str, Any], other: Any) -> None:
    whole = {"Id": "a1", "id": "a1", "Name": "a1", **item}
    for one in listed_objects(kind, [whole, other]).values():
        row = fields(kind, one)
        assert len(one.digest) == 32
        for name, value in row.items():
            fits(INVENTORY[kind]._meta.get_field(name), value)


def fits(field: models.Field, value: Any) -> None:
    if isinstance(field, models.CharField):
        assert len(value) <= (field.max_length or 0)
        assert "\x00" not in value
        value.encode()
    elif isinstance(field, models.PositiveIntegerField | models.IntegerField) and value is not None:
        assert -(2**63) <= value < 2**63
    elif isinstance(field, models.JSONField):
        text = repr(value)
        assert "\\x00" not in text
        assert "\\ud8" not in text


@pytest.mark.parametrize("listed", [None, {}, "list", 3, [None, 1, "x", [], {}, {"Id": 5}]])
def test_a_list_that_is_none(listed: Any) -> None:
    assert listed_objects("container", listed) == {}


@pytest.mark.parametrize(
    "podman_id", ["", "x" * 256, "a\x00b", "\ud800", "a/b", "..", "a\nb", "é", "<b>", " a", "a\n"]
)
@pytest.mark.parametrize(
    ("kind", "name"), [("container", "Id"), ("pod", "Id"), ("volume", "Name"), ("network", "id")]
)
def test_an_id_that_no_address_holds_is_left_out(kind: str, name: str, podman_id: str) -> None:
    """One such row would break every list that it is in, for everybody."""
    assert listed_objects(kind, [{name: podman_id}]) == {}


def test_an_endless_list_is_cut() -> None:
    listed = [{"Name": f"v{number}"} for number in range(MAX_OBJECTS + 5)]
    assert len(listed_objects("volume", listed)) == MAX_OBJECTS


def test_labels_are_bounded() -> None:
    labels = {f"k{number}": "v" * 9000 for number in range(500)}
    (one,) = listed_objects("container", [{"Id": "a", "Labels": labels}]).values()
    kept = fields("container", one)["labels"]
    assert len(kept) == 100
    assert max(len(value) for value in kept.values()) == 1000
