"""Who among those watching may still watch, asked of the database in three queries for all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User
from dashboard.second_factor import lacking
from hosts.access import Person, visibility_key


@dataclass(frozen=True, slots=True)
class Standing:
    """A watcher as the database knows them now. `key` is "" when they may see nothing any more."""

    person: Person
    key: str


def standings(watchers: Iterable[tuple[Person, str]]) -> dict[tuple[int, str], Standing]:
    """For each (person, session key): who they are now and what they share. Gone: absent.

    A session that ended, a disabled or missing user is absent, as is one whose role wants a second
    factor that they lack; a changed role has another key.
    """
    asked = list(watchers)
    sessions = set(
        Session.objects.filter(
            session_key__in={session for _, session in asked}, expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    users = User.objects.filter(is_active=True).in_bulk({person.user.pk for person, _ in asked})
    shut_out = lacking(users)
    keys: dict[int, str] = {}
    found: dict[tuple[int, str], Standing] = {}
    for person, session in asked:
        user = users.get(person.user.pk)
        if user is None or user.pk in shut_out or session not in sessions:
            continue
        now = Person(user, person.who)
        if user.pk not in keys:
            keys[user.pk] = visibility_key(now)
        found[user.pk, session] = Standing(now, keys[user.pk])
    return found
