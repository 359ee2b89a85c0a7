"""Who among those watching may still watch, asked of the database in a few queries for all of them.

What somebody shares with others (their key) is worked out again only when rights may have changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User
from dashboard.second_factor import lacking
from hosts.access import Person, Scope, moment, visibility_key
from hosts.access.rights import know


@dataclass(frozen=True, slots=True)
class Standing:
    """A watcher as the database knows them now. `key` is "" when they may see nothing any more."""

    person: Person
    key: str


MOST_KEPT = 10_000
# by person and what a token leaves of their rights: the moment of rights and the role for which the
# key was worked out, and the key
_keys: dict[tuple[int, Scope | None], tuple[tuple[tuple[int, int], int], str]] = {}


def standings(watchers: Iterable[tuple[Person, str]]) -> dict[tuple[int, str], Standing]:
    """For each (person, session key): who they are now and what they share. Gone: absent.

    A session that ended, a disabled or missing user is absent, as is one whose role wants a second
    factor that they lack; a changed role has another key.
    """
    asked = list(watchers)
    # before all else: what changes while we look has another moment, and is asked again
    now = moment()
    sessions = set(
        Session.objects.filter(
            session_key__in={session for _, session in asked}, expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    active = User.objects.filter(is_active=True).select_related("role")
    users = active.in_bulk({person.user.pk for person, _ in asked})
    shut_out = lacking(users)
    known = {
        (person.user.pk, session): replace(person, user=users[person.user.pk])
        for person, session in asked
        if person.user.pk in users and person.user.pk not in shut_out and session in sessions
    }
    # of all whose rights may be others now at once: one by one some hundred people take seconds
    know(person.user for person in known.values() if not _kept(person, now))
    return {one: Standing(person, _key(person, now)) for one, person in known.items()}


def _kept(person: Person, now: tuple[int, int]) -> str:
    """The key that was worked out for rights which have not changed since, or ""."""
    asked_for, key = _keys.get((person.user.pk, person.scope), (None, ""))
    return key if asked_for == (now, person.user.role_id) else ""


def _key(person: Person, now: tuple[int, int]) -> str:
    key = _kept(person, now)
    if not key:
        if len(_keys) >= MOST_KEPT:
            _keys.clear()
        key = visibility_key(person)
        _keys[person.user.pk, person.scope] = ((now, person.user.role_id), key)
    return key
