"""Dates and times as people write them in a filter: `2h`, `today`, `2026-11-01..2026-11-07`.

Read by the clock of whoever asks: times.js tells the browser's zone in a cookie.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

COOKIE: Final = "zone"
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d{1,4})([mhdw])")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CLOCK = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[Tt ]\d")
DAYS: Final = ("today", "yesterday")


class NoSuchTime(ValueError):
    """What was written is no date or time; the text says why, and what would be."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` up to `until`, which is no longer part of it; None is open."""

    since: datetime | None
    until: datetime | None


def zone_of(request: HttpRequest) -> ZoneInfo:
    """The zone of the person's browser, else the one in which Haulout runs."""
    try:
        return ZoneInfo(request.COOKIES.get(COOKIE, "")[:60])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(timezone.get_current_timezone_name())


def is_date(text: str) -> bool:
    """True for text in the form of a date or a range of dates, valid or not."""
    first, _dots, last = text.partition("..")
    return bool(_DAY.match(first or last)) or text.lower() in DAYS


def span(text: str, zone: ZoneInfo) -> Span:
    """What a date, a time or a range `A..B` covers: a date all of its day. Raises NoSuchTime."""
    first, dots, last = text.strip().partition("..")
    if not dots:
        return _one(first, zone)
    if not first and not last:
        raise NoSuchTime(_usage(text))
    begin = _one(first, zone).since if first else None
    end = _one(last, zone).until if last else None
    if begin and end and begin >= end:
        raise NoSuchTime(_("“%(text)s” ends before it begins.") % {"text": text})
    return Span(begin, end)


def _one(text: str, zone: ZoneInfo) -> Span:
    """The moments that one date or time begins and ends with."""
    now = timezone.now()
    if found := _AGO.fullmatch(text):
        moment = now - timedelta(**{_UNITS[found[2]]: int(found[1])})
        return Span(moment, moment)
    if text.lower() in DAYS:
        day = now.astimezone(zone).date() - timedelta(days=DAYS.index(text.lower()))
        return _day(day, zone)
    if found := _DAY.fullmatch(text):
        return _day(_date(*map(int, found.groups()), text=text), zone)
    if found := _CLOCK.match(text):
        try:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            raise NoSuchTime(_usage(text)) from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        # a time without seconds is the whole minute where a range ends with it
        whole = timedelta(minutes=1) if text.count(":") == 1 else timedelta(seconds=1)
        return Span(moment, moment + whole)
    raise NoSuchTime(_usage(text))


def _date(year: int, month: int, day: int, *, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        words = _("There is no date %(text)s. Write dates as year-month-day, such as 2026-11-30.")
        raise NoSuchTime(words % {"text": text}) from None


def _day(day: date, zone: ZoneInfo) -> Span:
    try:
        return Span(*(datetime.combine(one, time(), zone) for one in (day, day + timedelta(1))))
    except OverflowError:
        raise NoSuchTime(_usage(str(day))) from None


def _usage(text: str) -> str:
    words = _(
        "“%(text)s” is not a date or time. Write 2h, 3d, today, yesterday, 2026-11-30, "
        "2026-11-30T14:00 or 2026-11-01..2026-11-07."
    )
    return words % {"text": text}
