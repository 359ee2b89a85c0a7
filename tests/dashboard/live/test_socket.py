"""The socket of live lists: what is told, to whom, and when it is closed."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from dashboard.live.consumer import CREDIT
from dashboard.live.hub import hub
from hosts import bells
from tests.dashboard.live.conftest import WITHIN_S, Page

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.asyncio,
    pytest.mark.each_database("searches, sorts and counts in SQL"),
]


def change(row: Any, **fields: Any) -> None:
    """As the link writes: row, revision, bell."""
    with transaction.atomic():
        for name, value in fields.items():
            setattr(row, name, value)
        row.changed_at = timezone.now()
        row.revision += 1
        row.save()
        row.endpoint.revision += 1
        row.endpoint.save()
        bells.ring("containers")


async def test_first_rows_then_only_what_changed(
    valkey: Any, cast: Any, container: Any, page: Any
) -> None:
    web = await sync_to_async(container)("web")
    db = await sync_to_async(container)("db")
    one = await page(cast.alice)
    first = await one.watch()
    assert first["order"] == [db.pk, web.pk]
    assert set(first["rows"]) == {str(db.pk), str(web.pk)}
    await sync_to_async(change)(web, state="paused")
    news = await one.rows()
    assert set(news["rows"]) == {str(web.pk)}
    assert "paused" in news["rows"][str(web.pk)]
    assert news["order"] == [db.pk, web.pk]


async def test_a_removed_row_leaves_the_order(
    valkey: Any, cast: Any, container: Any, page: Any
) -> None:
    web = await sync_to_async(container)("web")
    one = await page(cast.alice)
    await one.watch()
    await sync_to_async(change)(web, gone=timezone.now())
    news = await one.rows()
    assert (news["order"], news["total"], news["rows"]) == ([], 0, {})


async def test_what_the_browser_has_is_not_sent_again(
    valkey: Any, cast: Any, container: Any, page: Any
) -> None:
    await sync_to_async(container)("web")
    client = await sync_to_async(Page)(cast.alice)
    html = (await sync_to_async(client.client.get)("/containers/", HTTP_HOST="localhost")).content
    pk, mark = html.decode().split('data-pk="')[1].split('" data-mark="')[0:2]
    one = await page(cast.alice)
    first = await one.watch(have={pk: mark.split('"')[0]})
    assert first["rows"] == {}
    assert first["order"] == [int(pk)]


async def test_without_bells_changes_come_by_looking(cast: Any, container: Any, page: Any) -> None:
    web = await sync_to_async(container)("web")
    one = await page(cast.alice)
    await one.watch()
    await sync_to_async(change)(web, state="paused")
    assert "paused" in (await one.rows())["rows"][str(web.pk)]


async def test_two_people_with_one_role_share_one_result(
    valkey: Any, cast: Any, container: Any, page: Any
) -> None:
    await sync_to_async(container)("web")
    one, other, viewer = await page(cast.bob), await page(cast.bob), await page(cast.charlie)
    await one.watch(q="state:running web")
    await other.watch(q="web state:running")
    assert len(hub().results) == 1
    first = await viewer.watch(q="web state:running")
    # a viewer is offered no verbs, so theirs is another
    assert len(hub().results) == 2
    assert "hx-post" not in "".join(first["rows"].values())


async def test_a_browser_that_acknowledges_nothing_is_sent_no_more(
    valkey: Any, cast: Any, container: Any, page: Any
) -> None:
    web = await sync_to_async(container)("web")
    one = await page(cast.alice)
    for n in range(CREDIT):
        await one.say(op="watch", id=str(n), list="containers")
        assert "rows" in await one.socket.receive_from(WITHIN_S)
    await sync_to_async(change)(web, state="paused")
    assert await one.socket.receive_nothing(timeout=0.6)
    await one.say(op="ack")
    news = await one.rows()
    assert "paused" in news["rows"][str(web.pk)]


@pytest.mark.parametrize("what", ["disable", "sign out"])
async def test_a_withdrawn_right_closes_within_two_seconds(
    cast: Any, container: Any, page: Any, what: str
) -> None:
    """Also without Redis, whose bell would close it at once."""
    one = await page(cast.bob)
    await one.watch()
    if what == "disable":
        await sync_to_async(User.objects.filter(pk=cast.bob.pk).update)(is_active=False)
    else:
        await sync_to_async(Session.objects.all().delete)()
    assert await one.closed(within_s=2.5) == 4401


async def test_other_rights_close_for_a_fresh_start(valkey: Any, cast: Any, page: Any) -> None:
    def demote() -> None:
        viewer = Role.objects.get(name="viewer")
        User.objects.filter(pk=cast.bob.pk).update(role=viewer)

    one = await page(cast.bob)
    await one.watch()
    await sync_to_async(demote)()
    assert await one.closed() == 4409


async def test_an_open_page_loses_the_buttons_of_what_was_taken(
    valkey: Any, cast: Any, container: Any, page: Any
) -> None:
    """It comes back with the marks of rows that had them, and is sent these rows anew."""

    def demote() -> None:
        viewer = Role.objects.get(name="viewer")
        User.objects.filter(pk=cast.bob.pk).update(role=viewer)

    web = await sync_to_async(container)("web")
    one = await page(cast.bob)
    row = (await one.watch())["rows"][str(web.pk)]
    assert "hx-post" in row
    mark = row.split('data-mark="')[1].split('"')[0]
    await sync_to_async(demote)()
    assert await one.closed() == 4409
    await sync_to_async(cast.bob.refresh_from_db)()
    again = await page(cast.bob)
    rows = (await again.watch(have={str(web.pk): mark}))["rows"]
    assert "hx-post" not in rows[str(web.pk)]


async def test_a_list_one_may_not_see_is_refused(valkey: Any, cast: Any, page: Any) -> None:
    one = await page(cast.charlie)
    assert (await one.watch("audit-newest"))["op"] == "refused"
    assert (await one.watch("no such list"))["op"] == "refused"


@pytest.mark.parametrize("origin", [b"", b"http://evil.example", b"null"])
async def test_another_origin_is_not_let_in(cast: Any, origin: bytes) -> None:
    one = await sync_to_async(Page)(cast.alice, origin=origin)
    assert await one.socket.connect(timeout=WITHIN_S) == (False, 4403)


async def test_nobody_gets_in_without_a_session(cast: Any) -> None:
    one = await sync_to_async(Page)(cast.alice, cookie=False)
    assert await one.socket.connect(timeout=WITHIN_S) == (False, 4401)


@pytest.mark.parametrize("text", ["{", "[]", '"x"', '{"op": 3}', '{"op": "watch"}', "null"])
async def test_nonsense_does_no_harm(
    valkey: Any, cast: Any, container: Any, page: Any, text: str
) -> None:
    one = await page(cast.alice)
    await one.socket.send_to(text_data=text)
    await one.say(op="watch", id="b", list="containers", q="\x00", have=[1], page=-4, sort={})
    assert (await one.rows())["op"] in ("rows", "refused")


async def test_a_flood_and_a_big_frame_close(valkey: Any, cast: Any, page: Any) -> None:
    one, other = await page(cast.alice), await page(cast.alice)
    await one.socket.send_to(text_data="x" * 70_000)
    assert await one.closed() == 4429
    for _ in range(200):
        await other.say(op="ack")
    assert await other.closed() == 4429


async def test_the_last_to_leave_ends_all(
    valkey: Any, cast: Any, container: Any, page: Any
) -> None:
    one = await page(cast.alice)
    await one.watch()
    assert isinstance(one.socket, WebsocketCommunicator)
    await one.say(op="unwatch", id="a")
    await one.watch("images")
    await one.socket.disconnect(timeout=WITHIN_S)
    assert hub().results == {}
    assert hub().watchers == set()
