"""A withdrawn right ends every stream, also when one of them cannot be asked for just then."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from accounts import epoch
from accounts.models import Membership, Role, Team
from audit import write
from audit.models import Entry
from audit.shapes import Target, Who
from hosts.access import NotVisible, Person
from hosts.access import guard as guards
from hosts.access.fetch import require
from hosts.access.rights import rights_of
from hosts.models import Endpoint, Grant
from tests import make
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


class Stream:
    """What the guard needs; `answers` are what `authorise` does, one after the other."""

    WITHDRAWN: ClassVar[int] = 4401

    def __init__(self, person: Person, session_key: str) -> None:
        self.person = person
        self.scope: dict[str, Any] = {"session_key": session_key}
        self.asked = 0
        self.ended: list[int] = []
        self.answer: Callable[[], None] = lambda: None

    async def authorise(self) -> None:
        self.asked += 1
        self.answer()

    async def end(self, code: int) -> None:
        self.ended.append(code)


def raises(error: Exception) -> Callable[[], None]:
    def answer() -> None:
        raise error

    return answer


@pytest.fixture
def streams(cast: Cast) -> list[Stream]:
    client = Client()
    client.force_login(cast.alice, backend="django.contrib.auth.backends.ModelBackend")
    person = Person(cast.alice, Who(name="Alice", door="web"))
    return [Stream(person, str(client.session.session_key)) for _number in range(3)]


async def look(guard: guards.Guard, streams: list[Stream]) -> None:
    await guard._look(set(streams))
    # and until what ended is written down
    await asyncio.gather(*guard._writing)


async def test_one_that_fails_keeps_nobody_else_from_being_asked(streams: list[Stream]) -> None:
    guard = guards.Guard()
    stuck, broken, fine = streams
    with guard.watch(stuck), guard.watch(broken), guard.watch(fine):
        await look(guard, streams)
        await sync_to_async(epoch.raise_epoch)()
        stuck.answer = raises(DatabaseError("locked"))
        broken.answer = raises(RuntimeError("never thought of"))
        fine.answer = raises(NotVisible())
        await look(guard, streams)
        # what nobody knows how to ask for is not allowed any more
        assert (stuck.ended, broken.ended, fine.ended) == ([], [4401], [4401])
        stuck.answer = raises(NotVisible())
        await look(guard, streams)
        assert stuck.ended == [4401]


async def test_its_end_does_not_wait_for_the_log(
    streams: list[Stream], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ended because its right went is written after its end, and cannot be in its way."""
    guard = guards.Guard()
    one, other = streams[:2]

    for stream in (one, other):

        @sync_to_async
        def ask(stream: Stream = stream) -> None:
            require(stream.person, "container.logs", Target(kind="container", name="shop"))

        monkeypatch.setattr(stream, "authorise", ask)
    refusal = write.refusal

    def full(*_given: Any, **_more: Any) -> int:
        assert one.ended == [4401]
        raise DatabaseError("disk full")

    await type(one.person.user).objects.aupdate(role=await member())
    with guard.watch(one):
        monkeypatch.setattr(write, "refusal", full)
        await look(guard, [one])
        assert one.ended == [4401]
    monkeypatch.setattr(write, "refusal", refusal)
    with guard.watch(other):
        await look(guard, [other])
    entry = await Entry.objects.aget(kind="refusal")
    assert (entry.verb, entry.who_name) == ("container.logs", "Alice")
    assert "ended with the right" in entry.detail


@sync_to_async
def member() -> Any:
    return Role.objects.get(name="member")


async def test_a_newcomer_is_asked_once_though_nothing_changed(streams: list[Stream]) -> None:
    """Its right may have been withdrawn between its first look and the guard's."""
    guard = guards.Guard()
    first, late, _other = streams
    with guard.watch(first):
        await look(guard, [first])
        late.answer = raises(NotVisible())
        with guard.watch(late):
            await look(guard, [first, late])
            await look(guard, [first, late])
        assert late.ended == [4401]
        assert (first.asked, late.asked) == (1, 1)


async def test_a_grant_that_ends_by_itself_is_a_change(streams: list[Stream], cast: Cast) -> None:
    """Nobody did anything, so no epoch was raised: the clock alone withdrew the right."""

    @sync_to_async
    def granted() -> Grant:
        role = Role.objects.get(name="operator")
        later = timezone.now() + timedelta(hours=1)
        return Grant.objects.create(user=cast.charlie, role=role, until=later, made_by="Alice")

    grant = await granted()
    guard = guards.Guard()
    one = streams[0]
    with guard.watch(one):
        await look(guard, [one])
        await look(guard, [one])
        assert one.asked == 1
        one.answer = raises(NotVisible())
        await sync_to_async(Grant.objects.filter(pk=grant.pk).update)(until=timezone.now())
        await look(guard, [one])
        assert one.ended == [4401]


async def test_two_looks_at_once_end_a_stream_once(streams: list[Stream]) -> None:
    guard = guards.Guard()
    one = streams[0]
    one.answer = raises(NotVisible())
    with guard.watch(one):
        await asyncio.gather(look(guard, [one]), look(guard, [one]))
        assert len(one.ended) == 1


@pytest.mark.parametrize("what", ["role", "active"])
async def test_another_account_is_a_change_without_an_epoch(
    streams: list[Stream], cast: Cast, what: str
) -> None:
    """Whoever wrote it: the database alone says so. Who may not sign in any more is told that."""
    guard = guards.Guard()
    one = streams[0]
    one.WITHDRAWN = 4409  # type: ignore[misc] # as a page's lists have it
    with guard.watch(one):
        await look(guard, [one])
        await look(guard, [one])
        assert one.asked == 1
        one.answer = raises(NotVisible())
        row = type(cast.alice).objects.filter(pk=cast.alice.pk)
        await row.aupdate(**({"role": await member()} if what == "role" else {"is_active": False}))
        await look(guard, [one])
        assert one.ended == [4409 if what == "role" else 4401]


@pytest.mark.parametrize("to", ["person", "team", "nobody"])
async def test_another_name_is_a_change_for_whoever_sees_by_name(
    streams: list[Stream], cast: Cast, to: str
) -> None:
    """A rename on the host raises no epoch, but may take the container out of the grant."""

    @sync_to_async
    def granted() -> Endpoint:
        team = Team.objects.create(name="shop")
        holder: dict[str, Any] = {"user": cast.alice} if to == "person" else {"team": team}
        if to == "team":
            Membership.objects.create(team=team, user=cast.alice)
        role = Role.objects.get(name="operator")
        Grant.objects.create(role=role, names="shop-*", made_by="Alice", **holder)
        return make.endpoint("web1")

    endpoint = await granted()
    guard = guards.Guard()
    one = streams[0]
    with guard.watch(one):
        await look(guard, [one])
        await look(guard, [one])
        assert one.asked == 1
        one.answer = raises(NotVisible())
        await sync_to_async(Endpoint.objects.filter(pk=endpoint.pk).update)(revision=7)
        await look(guard, [one])
        assert one.ended == ([] if to == "nobody" else [4401])


async def test_who_holds_less_is_asked_before_hundreds_who_hold_the_same(
    streams: list[Stream], cast: Cast
) -> None:
    """Theirs end in time, however long it takes to ask for all the others."""
    guard = guards.Guard()
    client = Client()
    await sync_to_async(client.force_login)(
        cast.bob, backend="django.contrib.auth.backends.ModelBackend"
    )
    person = Person(cast.bob, Who(name="Bob", door="web"))
    theirs = Stream(person, str(client.session.session_key))
    asked: list[Stream] = []
    with ExitStack() as open_ones:
        for one in (*streams, theirs):
            open_ones.enter_context(guard.watch(one))
        await look(guard, [*streams, theirs])
        for one in (*streams, theirs):
            one.answer = partial(asked.append, one)
        await type(cast.bob).objects.filter(pk=cast.bob.pk).aupdate(role=await member())
        await sync_to_async(epoch.raise_epoch)()
        await look(guard, [*streams, theirs])
    assert asked[0] is theirs
    assert set(asked) == {*streams, theirs}


async def test_a_crowd_that_has_just_come_keeps_nobody_waiting(
    streams: list[Stream], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they hold is what they were let in by; who holds less than that is asked first."""
    guard = guards.Guard()
    # each socket has an object of its own, with what was found to be held
    users = [await type(one.person.user).objects.aget(pk=one.person.user.pk) for one in streams]
    for one, user in zip(streams, users, strict=True):
        one.person = replace(one.person, user=user)
        await sync_to_async(rights_of)(user)
    await type(users[0]).objects.filter(pk=users[0].pk).aupdate(role=await member())
    same = streams[1:]
    for one in same:
        # let in after that
        one.person = replace(one.person, user=await type(users[0]).objects.aget(pk=users[0].pk))
    with ExitStack() as open_ones:
        for one in streams:
            open_ones.enter_context(guard.watch(one))
        with monkeypatch.context() as changed:
            changed.setattr(guards, "OTHERS_S", -1.0)
            await look(guard, streams)
        assert [one.asked for one in streams] == [1, 0, 0]
        await look(guard, streams)
        assert [one.asked for one in streams] == [1, 1, 1]


@pytest.mark.parametrize("when", ["its time is over", "the bell rings"])
async def test_the_others_do_not_keep_it_from_looking_again(
    streams: list[Stream], monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """What there was no time for is asked for in the looks that follow."""
    guard = guards.Guard()
    with ExitStack() as open_ones:
        for one in streams:
            open_ones.enter_context(guard.watch(one))
        await look(guard, streams)
        await sync_to_async(epoch.raise_epoch)()
        with monkeypatch.context() as changed:
            if when == "the bell rings":
                changed.setattr(guard, "_hurries", lambda: True)
            else:
                changed.setattr(guards, "OTHERS_S", -1.0)
            await look(guard, streams)
        assert [one.asked for one in streams] == [1, 1, 1]
        await look(guard, streams)
        assert [one.asked for one in streams] == [2, 2, 2]
