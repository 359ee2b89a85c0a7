"""No live list shows what is hidden, and nothing is told when that changes: no row, no count, no bell."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.urls import get_resolver
from django.utils import timezone

from accounts.models import Role, User
from dashboard.live.render import rows_html
from dashboard.live.spec import all_specs
from dashboard.live.view import run, view_of
from hosts import bells
from hosts.access import Person
from hosts.models import Container, Grant
from tests.dashboard.hidden_cast import HIDDEN, SEEN, furnish, seers

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")


def members(cast: Any) -> dict[str, Any]:
    furnish(cast.alice)
    role = Role.objects.get(name="member")
    return seers(
        lambda name: User.objects.create(email=f"{name}@example.org", name=name, role=role)
    )


@pytest.mark.parametrize("name", ["one", "some", "group", "volumes", "nobody"])
def test_no_list_shows_it(cast: Any, who_of: Any, name: str) -> None:
    # lists register themselves with the rooms that the routes import
    assert get_resolver().url_patterns
    seer = members(cast)[name]
    person = Person(seer.user, who_of(seer.user))
    for spec in all_specs():
        views = [view_of(spec, {})]
        views += [view_of(spec, {"group": grouping.name}) for grouping in spec.groupings]
        views += [view_of(spec, {"sort": sort}) for sort in spec.sorts]
        for view in views:
            result = run(view, person)
            text = f"{rows_html(spec, result.rows, person)} {result.troubles}".lower()
            assert [word for word in seer.never if word in text] == [], view


@pytest.mark.django_db(transaction=True)
async def test_what_is_hidden_changes_in_silence(cast: Any, valkey: Any, page: Any) -> None:
    @sync_to_async
    def change(name: str, ident: str) -> None:
        Container.objects.filter(podman_id=ident).update(name=name, changed_at=timezone.now())
        bells.ring("containers")

    @sync_to_async
    def more_hidden() -> None:
        row = Container.objects.get(podman_id=HIDDEN[1])
        row.pk, row.podman_id = None, "e5" * 32
        row.save()
        bells.ring("containers")

    seer = (await sync_to_async(members)(cast))["some"]
    one = await page(seer.user)
    first = await one.watch("containers")
    assert first["total"] == 1
    await change("other", HIDDEN[1])
    await more_hidden()
    await change("shop2", SEEN)
    told = await one.rows()
    assert "shop2" in str(told)
    assert told["total"] == 1
    assert "other" not in str(told)


@pytest.mark.django_db(transaction=True)
async def test_a_grant_that_ends_by_itself_closes_the_socket(
    cast: Any, valkey: Any, page: Any
) -> None:
    """Without a bell and without an epoch: the hub's own look sees that its time is over."""
    seer = (await sync_to_async(members)(cast))["one"]
    one = await page(seer.user)
    first = await one.watch("containers")
    assert first["total"] == 2
    await sync_to_async(Grant.objects.filter(user=seer.user).update)(until=timezone.now())
    assert await one.closed() == 4409
    again = await page(seer.user)
    assert (await again.watch("containers"))["op"] == "refused"
