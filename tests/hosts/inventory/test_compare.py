"""A full comparison writes what changed, once, and nothing else."""

from collections.abc import Callable
from typing import Any

from django.test.utils import CaptureQueriesContext

from hosts.inventory import Changes, Mirror
from hosts.models import Container, Endpoint, Volume

Item = Callable[..., dict[str, Any]]
Compare = Callable[..., Changes]


def test_new_objects_are_inserted(
    compare: Compare, container_item: Item, endpoint: Endpoint
) -> None:
    changes = compare("container", [container_item("a" * 64), container_item("b" * 64)])
    assert set(changes.inserted) == {"a" * 64, "b" * 64}
    endpoint.refresh_from_db()
    rows = Container.objects.filter(gone=None)
    assert {row.revision for row in rows} == {endpoint.revision} == {changes.revision} == {1}


def test_equal_lists_write_nothing(
    compare: Compare, container_item: Item, django_assert_num_queries: Any
) -> None:
    compare("container", [container_item()])
    # a savepoint and its release: no statement of ours
    with django_assert_num_queries(2):
        changes = compare("container", [container_item(CreatedAt="5 minutes ago")])
    assert not changes.any
    assert changes.revision == 1


def test_only_the_changed_row_is_stamped(compare: Compare, container_item: Item) -> None:
    a, b = container_item("a" * 64), container_item("b" * 64)
    compare("container", [a, b])
    changes = compare("container", [a, container_item("b" * 64, State="running")])
    assert changes.updated == ("b" * 64,)
    assert dict(Container.objects.values_list("podman_id", "revision")) == {
        "a" * 64: 1,
        "b" * 64: 2,
    }


def test_absent_objects_are_gone_and_may_return(compare: Compare) -> None:
    compare("volume", [{"Name": "data", "Driver": "local"}])
    assert compare("volume", []).gone == ("data",)
    gone = Volume.objects.get(podman_id="data")
    assert gone.gone is not None
    assert compare("volume", [{"Name": "data", "Driver": "local"}]).inserted == ("data",)
    gone.refresh_from_db()
    assert gone.gone is None


def test_a_fresh_mirror_knows_what_was_written_before(
    compare: Compare, container_item: Item, endpoint: Endpoint
) -> None:
    compare("container", [container_item()])
    fresh = Mirror(endpoint_id=endpoint.pk, login_id=endpoint.login_id, epoch=7)
    changes = compare("container", [container_item()], by=fresh)
    assert not changes.any
    assert changes.revision == 1


def test_an_older_list_does_not_undo_a_newer_look(
    compare: Compare, apply: Callable[..., Changes], container_item: Item
) -> None:
    running = container_item(State="running", Exited=False)
    compare("container", [running], began=1.0)
    apply("container", [running["Id"]], [container_item()], began=3.0)
    assert not compare("container", [running], began=2.0).any
    assert Container.objects.get().state == "exited"
    assert compare("container", [running], began=4.0).any


def test_many_objects_take_few_statements(
    compare: Compare, container_item: Item, django_assert_max_num_queries: Any
) -> None:
    items = [container_item(f"{number:064x}") for number in range(50)]
    with django_assert_max_num_queries(14) as captured:
        compare("container", items)
    assert isinstance(captured, CaptureQueriesContext)
    assert Container.objects.count() == 50
