"""Objects listed alone after an event, and health that comes with the event itself."""

from collections.abc import Callable
from typing import Any

import pytest

from hosts.inventory import Changes, Mirror, WriteBatch, write_together
from hosts.models import Container

Item = Callable[..., dict[str, Any]]
Call = Callable[..., Changes]


def test_found_objects_are_written_and_others_left_alone(
    compare: Call, apply: Call, container_item: Item
) -> None:
    compare("container", [container_item("a" * 64), container_item("b" * 64)])
    changes = apply("container", ["a" * 64], [container_item("a" * 64, State="running")])
    assert (changes.updated, changes.gone) == (("a" * 64,), ())


def test_an_object_that_is_not_listed_is_gone(
    compare: Call, apply: Call, container_item: Item
) -> None:
    compare("container", [container_item()])
    assert apply("container", [container_item()["Id"]], []).gone == (container_item()["Id"],)


def test_an_unknown_object_that_is_not_listed_changes_nothing(apply: Call) -> None:
    assert not apply("container", ["c" * 64], []).any


def test_what_was_not_asked_for_is_not_written(apply: Call, container_item: Item) -> None:
    assert not apply("container", ["c" * 64], [container_item()]).any
    assert not Container.objects.exists()


@pytest.mark.parametrize(
    ("told", "written"), [("healthy", True), ("starting", False), ("\x00odd", False)]
)
def test_health_is_written_when_it_differs(
    compare: Call, mirror: Mirror, container_item: Item, told: str, written: bool
) -> None:
    compare("container", [container_item(Status="starting")])
    podman_id = container_item()["Id"]

    def step(batch: WriteBatch) -> Changes:
        return mirror.write_health(batch, podman_id, told)

    (changes,) = write_together([step])
    assert isinstance(changes, Changes)
    assert changes.any is written
    assert Container.objects.get().health == (told if written else "starting")
    # and the next list agrees with it
    assert not compare("container", [container_item(Status=Container.objects.get().health)]).any


def test_what_inspect_told_survives_the_next_list(
    compare: Call, mirror: Mirror, container_item: Item
) -> None:
    compare("container", [container_item()])
    podman_id = container_item()["Id"]
    assert Container.objects.get().volumes is None
    write_together(
        [lambda batch: mirror.write_inspected(batch, {podman_id: ["data"]}, [podman_id])]
    )
    compare("container", [container_item(State="running")])
    found = Container.objects.get()
    assert (found.kube, found.volumes) == (True, ["data"])


def test_volumes_alone_do_not_change_how_a_row_looks(
    compare: Call, mirror: Mirror, container_item: Item
) -> None:
    compare("container", [container_item()])
    before = Container.objects.get()
    batch = WriteBatch()
    mirror.write_inspected(batch, {before.podman_id: ["data"]}, [])
    after = Container.objects.get()
    assert after.volumes == ["data"]
    assert (after.revision, after.changed_at) == (before.revision, before.changed_at)
    # lists of volumes say who uses them
    assert batch.topics == {"containers", "volumes"}
