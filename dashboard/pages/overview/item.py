"""One thing that needs attention, as the overview shows it."""

import zlib
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

# of each kind; the rest is a link to the list that shows them all
MOST = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at. `post`: the action is done by a click; else `url` leads there."""

    kind: str
    tone: str
    icon: str
    text: str
    detail: str = ""
    since: datetime | None = None
    url: str = ""
    action: str = ""
    action_url: str = ""
    post: bool = False

    @property
    def pk(self) -> int:
        """Stable for the same thing, so that its row stays in place."""
        return zlib.crc32(f"{self.kind}|{self.url}".encode())

    @property
    def mark(self) -> str:
        """Differs when it reads differently."""
        shown = f"{self.text}|{self.detail}|{self.since}|{self.action}"
        return f"{zlib.crc32(shown.encode()):x}"


def rest(count: int, text: str, url: str) -> Item:
    """The line below the first ones of a kind; `text` may count with %(n)d."""
    words = text % {"n": count} if "%(n)" in text else text
    return Item(
        kind="rest",
        tone="idle",
        icon="ellipsis",
        text=words,
        url=url,
        action=_("Show all"),
        action_url=url,
    )
