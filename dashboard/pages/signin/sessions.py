"""Sessions as a person's own account and the administrators' page show them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.sessions import handle_of, sessions_of
from dashboard.session_age import BEGAN, SEEN

# session key: [address, User-Agent] of the sign-in
ORIGIN = "haulout_from"
# the first match counts: most browsers name others too
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "(?:Headless)?Chrome": "Chromium",
    "Safari": "Safari",
    "curl": "curl",
}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session. `own`: that of the request. Unknown times are None.

    It ends at `idle_end` without use, at `last_end` in any case.
    """

    handle: str
    own: bool
    browser: str
    address: str
    began: datetime | None
    seen: datetime | None
    idle_end: datetime | None
    last_end: datetime | None


def session_rows(user: User, own_key: str | None) -> list[SessionRow]:
    """The request's own session first, then by last use."""
    found = []
    for key, kept in sessions_of(user):
        address, agent = (kept.get(ORIGIN) or ["", ""])[:2]
        found.append(
            SessionRow(
                handle_of(key),
                key == own_key,
                browser_of(str(agent)),
                str(address),
                _moment(kept.get(BEGAN)),
                _moment(kept.get(SEEN)),
                _moment(kept.get(SEEN), kept.get("_session_expiry")),
                _moment(kept.get(BEGAN), settings.HAULOUT_SESSION_END_S),
            )
        )
    earliest = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda one: (one.own, one.seen or earliest), reverse=True)


def session_limits() -> dict[str, str]:
    """Context: how long sessions last."""
    hours, days = settings.SESSION_COOKIE_AGE // 3600, settings.HAULOUT_SESSION_END_S // 86_400
    return {
        "idle": ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours},
        "most": ngettext("%(count)d day", "%(count)d days", days) % {"count": days},
    }


def browser_of(agent: str) -> str:
    """ "Firefox on Linux" of a User-Agent. Only known names are taken from it."""
    browser = next(
        (name for mark, name in _BROWSERS.items() if re.search(rf"\b{mark}/", agent)), ""
    )
    system = next((name for name in _SYSTEMS if name in agent), "").replace("Macintosh", "macOS")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("unknown browser")


def _moment(seconds: Any, later_s: Any = 0) -> datetime | None:
    if not isinstance(seconds, int) or not isinstance(later_s, int):
        return None
    return datetime.fromtimestamp(seconds + later_s, UTC)
