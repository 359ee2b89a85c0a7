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
    users = User.objects.filter(is_active=True).in_bulk({person.user.pk for person, _ in asked})
    shut_out = lacking(users)
    found: dict[tuple[int, str], Standing] = {}
    for person, session in asked:
        user = users.get(person.user.pk)
        if user is None or user.pk in shut_out or session not in sessions:
            continue
        known = replace(person, user=user)
        found[user.pk, session] = Standing(known, _key(known, now))
    return found


def _key(person: Person, now: tuple[int, int]) -> str:
    asked_for = (now, person.user.role_id)
    whose = (person.user.pk, person.scope)
    kept = _keys.get(whose)
    if kept is None or kept[0] != asked_for:
        if len(_keys) >= MOST_KEPT:
            _keys.clear()
        kept = _keys[whose] = (asked_for, visibility_key(person))
    return kept[1]
