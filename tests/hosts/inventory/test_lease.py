"""A link that lost its lease writes nothing; a failing endpoint takes no other along."""

from collections.abc import Callable
from typing import Any

import pytest

from hosts.inventory import Changes, LeaseLost, Mirror, WriteBatch, write_together
from hosts.models import Container, Endpoint, Login
from tests import make

Item = Callable[..., dict[str, Any]]


def test_a_lost_lease_writes_nothing(
    compare: Callable[..., Changes], container_item: Item, endpoint: Endpoint
) -> None:
    Login.objects.update(epoch=8)
    with pytest.raises(LeaseLost):
        compare("container", [container_item()])
    assert not Container.objects.exists()
    endpoint.refresh_from_db()
    assert endpoint.revision == 0


def test_a_removed_endpoint_writes_nothing(
    compare: Callable[..., Changes], container_item: Item, endpoint: Endpoint
) -> None:
    compare("container", [container_item()])
    endpoint.delete()
    with pytest.raises(LeaseLost):
        compare("container", [])


def test_one_failing_step_takes_no_other_along(
    mirror: Mirror, container_item: Item, endpoint: Endpoint
) -> None:
    other = make.endpoint("web2", login={"epoch": 1})
    stale = Mirror(endpoint_id=other.pk, login_id=other.login_id, epoch=0)

    def good(batch: WriteBatch) -> Changes:
        return mirror.compare(batch, "container", listed=[container_item()], began=0.0)

    def bad(batch: WriteBatch) -> Changes:
        return stale.compare(batch, "container", listed=[container_item()], began=0.0)

    first, second = write_together([good, bad])
    assert isinstance(second, LeaseLost)
    assert isinstance(first, Changes)
    assert first.inserted == (container_item()["Id"],)
    assert list(Container.objects.values_list("endpoint_id", flat=True)) == [endpoint.pk]


def test_memory_follows_a_rollback(mirror: Mirror, container_item: Item) -> None:
    def write(batch: WriteBatch) -> Changes:
        return mirror.compare(batch, "container", listed=[container_item()], began=0.0)

    def fail(batch: WriteBatch) -> None:
        write(batch)
        raise ValueError("broken after the write")

    (error,) = write_together([fail])
    assert isinstance(error, ValueError)
    (changes,) = write_together([write])
    assert isinstance(changes, Changes)
    assert changes.inserted == (container_item()["Id"],)


def test_bells_are_for_changes_only(mirror: Mirror, container_item: Item) -> None:
    rung: list[set[str]] = []

    def step(batch: WriteBatch) -> None:
        mirror.compare(batch, "container", listed=[container_item()], began=0.0)
        rung.append(set(batch.topics))

    write_together([step])
    write_together([step])
    assert rung == [{"containers"}, set()]
