"""A grant ends by itself: at its last second for whoever asks, and its row within ten more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from hosts.access import Person, allows, rights_version, visibility_key
from hosts.actions.access_requests.expiry import end_grants
from hosts.models import Grant
from tests.cast import Cast


@pytest.fixture
def member(cast: Cast, who_of: Any) -> Callable[[], Person]:
    """`member()`: charlie, who holds nothing of his own, as the database knows him now."""
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    return lambda: Person(User.objects.get(pk=cast.charlie.pk), who_of(cast.charlie))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """`at(later)`: set every clock of ours."""
    begun = timezone.now()

    def set_clock(later: timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: begun + later)

    set_clock(timedelta())
    return set_clock


@pytest.fixture
def grant(cast: Cast, at: Callable[[timedelta], None]) -> Any:
    """Operator everywhere, for an hour."""
    return Grant.objects.create(
        user=cast.charlie,
        role=Role.objects.get(name="operator"),
        until=timezone.now() + timedelta(hours=1),
        reason="repair",
        made_by="Alice",
    )


def test_it_gives_nothing_from_its_last_second_on(member: Any, at: Any, grant: Any) -> None:
    assert allows(member(), "container.stop")
    key = visibility_key(member())
    at(timedelta(hours=1))
    assert not allows(member(), "container.stop")
    assert visibility_key(member()) != key


def test_its_end_is_a_moment_though_nobody_does_anything(member: Any, at: Any, grant: Any) -> None:
    before = rights_version()
    at(timedelta(minutes=59))
    assert rights_version() == before
    at(timedelta(hours=1))
    assert rights_version() != before


def test_its_row_goes_and_is_written_down(member: Any, at: Any, grant: Any, entries: Any) -> None:
    at(timedelta(minutes=59))
    assert end_grants() == 0
    at(timedelta(hours=1))
    before = rights_version()
    assert end_grants() == 1
    assert not Grant.objects.exists()
    assert rights_version() != before
    (entry,) = entries("access.grant_ended")
    assert entry.params["who"] == "Charlie"
    assert entry.params["role"] == "operator"
    assert end_grants() == 0


def test_a_clock_set_back_does_not_bring_it_back(member: Any, at: Any, grant: Any) -> None:
    at(timedelta(hours=2))
    end_grants()
    at(timedelta())
    assert not allows(member(), "container.stop")


def test_a_clock_set_back_before_its_row_went_is_a_moment_too(
    member: Any, at: Any, grant: Any
) -> None:
    """Whoever looks every second sees what the clock says now, and not what it said."""
    at(timedelta(hours=2))
    ended = rights_version()
    at(timedelta())
    assert rights_version() != ended
    assert allows(member(), "container.stop")


def test_one_without_end_stays(member: Any, at: Any, grant: Any) -> None:
    grant.until = None
    grant.save()
    at(timedelta(days=4000))
    assert end_grants() == 0
    assert allows(member(), "container.stop")
