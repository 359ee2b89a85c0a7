"""Dates and times as typed in a filter, by the clock of whoever types."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from django.utils import timezone

from dashboard.dates import NoSuchTime, is_date, span, zone_of

BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-11-01", utc(2026, 10, 31, 23), utc(2026, 11, 1, 23)),
        # the day on which the clock goes back has 25 hours
        ("2026-10-25", utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)),
        ("2026-11-01..2026-11-07", utc(2026, 10, 31, 23), utc(2026, 11, 7, 23)),
        ("2026-11-01..", utc(2026, 10, 31, 23), None),
        ("..2026-11-01", None, utc(2026, 11, 1, 23)),
        ("2026-11-01T14:00", utc(2026, 11, 1, 13), utc(2026, 11, 1, 13, 1)),
        ("2026-11-01T14:00:30", utc(2026, 11, 1, 13, 0, 30), utc(2026, 11, 1, 13, 0, 31)),
        ("2026-11-01T14:00Z", utc(2026, 11, 1, 14), utc(2026, 11, 1, 14, 1)),
    ],
)
def test_what_is_covered(text: str, since: datetime | None, until: datetime | None) -> None:
    found = span(text, BERLIN)
    assert (found.since, found.until) == (since, until)


def test_days_and_ages() -> None:
    now = timezone.now()
    today, yesterday = span("today", BERLIN), span("Yesterday", BERLIN)
    assert today.since
    assert today.until
    assert today.since <= now < today.until
    assert yesterday.until == today.since
    ago = span("2h", BERLIN).since
    assert ago
    assert timedelta(hours=2) <= timezone.now() - ago < timedelta(hours=2, minutes=1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-02-30", "There is no date 2026-02-30."),
        ("2026-11-01..2026-13-01", "There is no date 2026-13-01."),
        ("2026-11-07..2026-11-01", "ends before it begins"),
        ("soon", "“soon” is not a date or time"),
        ("..", "is not a date or time"),
        ("9999-12-31", "is not a date or time"),
        ("2026-11-01T25:00", "is not a date or time"),
    ],
)
def test_what_is_none_is_said(text: str, said: str) -> None:
    with pytest.raises(NoSuchTime, match=said):
        span(text, BERLIN)


def test_what_can_only_be_a_date() -> None:
    dates = ("today", "2026-02-30", "2026-11-01..", "..2026-11-01", "2026-11-01T14:00")
    assert all(map(is_date, dates))
    assert not any(map(is_date, ("job-3", "web1", "2026", "10.0.0.1", "shop-2026-11-01")))


def test_the_browser_tells_its_zone() -> None:
    def told(cookie: str) -> str:
        request = RequestFactory().get("/")
        request.COOKIES["zone"] = cookie
        return zone_of(request).key

    assert told("Europe/Berlin") == "Europe/Berlin"
    for nonsense in ("", "../../etc/passwd", "Nowhere/At_all", "x" * 999):
        assert told(nonsense) == timezone.get_current_timezone_name()
