"""How a registry wants to be asked: its WWW-Authenticate, and its Retry-After."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

# a header that is longer is not read to its end
_MOST: Final = 4096
_PARAM: Final = re.compile(r'(\w{1,40})="([^"]{0,2000})"')
RETRY_LEAST_S: Final = 60
RETRY_MOST_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Challenge:
    """`realm` and `service` of a Bearer challenge; both are empty for Basic."""

    basic: bool
    realm: str = ""
    service: str = ""


def read_challenge(headers: Iterable[str]) -> Challenge | None:
    """The first Bearer challenge, else a Basic one. None: neither."""
    basic = None
    for header in headers:
        scheme, _space, rest = header[:_MOST].strip().partition(" ")
        if scheme.lower() == "bearer":
            params = {name.lower(): value for name, value in _PARAM.findall(rest)}
            return Challenge(False, params.get("realm", ""), params.get("service", ""))
        if scheme.lower() == "basic":
            basic = Challenge(True)
    return basic


def retry_after_s(header: str, now: datetime) -> int:
    """Seconds from a Retry-After: a number or a date. 0: it says nothing; else a minute to a day."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return 0
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    return int(min(max(seconds, RETRY_LEAST_S), RETRY_MOST_S))
