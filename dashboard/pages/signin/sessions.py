"""Somebody's sessions as one's own account and an administrator's page show them."""

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

# where a session was begun: [address, what the browser calls itself]
FROM = "haulout_from"
# the first that fits; others call themselves by these names too
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
class Shown:
    """A session: `own` is that of the request; times are None where it does not know them.

    It ends at `idle_end` when it is not used, and at `last_end` in any case.
    """

    handle: str
    own: bool
    browser: str
    address: str
    began: datetime | None
    seen: datetime | None
    idle_end: datetime | None
    last_end: datetime | None


def shown(user: User, own_key: str | None) -> list[Shown]:
    """One's own first, then the last used."""
    found = []
    for key, kept in sessions_of(user):
        address, agent = (kept.get(FROM) or ["", ""])[:2]
        found.append(
            Shown(
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


def ends() -> dict[str, str]:
    """When sessions end by themselves, for templates."""
    hours, days = settings.SESSION_COOKIE_AGE // 3600, settings.HAULOUT_SESSION_END_S // 86_400
    return {
        "idle": ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours},
        "most": ngettext("%(count)d day", "%(count)d days", days) % {"count": days},
    }


def browser_of(agent: str) -> str:
    """“Firefox on Linux” of a User-Agent; it may say anything, so only known names are taken."""
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
