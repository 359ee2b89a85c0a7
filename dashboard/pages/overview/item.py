"""One line of the panel "Needs attention"."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

# items of each kind; the rest is a link to the whole list
MOST = 3


@dataclass(frozen=True, slots=True)
class Item:
    """`post`: a click on the action sends `action_url`; otherwise it opens it."""

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
        """The same for the same thing, so that its row stays in place."""
        return zlib.crc32(f"{self.kind}|{self.url}".encode())

    @property
    def mark(self) -> str:
        """Changes when the line reads differently."""
        shown = f"{self.text}|{self.detail}|{self.since}|{self.action}"
        return f"{zlib.crc32(shown.encode()):x}"


def rest(count: int, text: str, url: str) -> Item:
    """The line below the first ones of a kind. `text` may contain %(n)d."""
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


def first_of(rows: Any, item: Callable[[Any], Item], more: str, url: str) -> Iterator[Item]:
    """The items of the first rows; `more` and its `url` when there are more than MOST."""
    found = list(rows[: MOST + 1])
    yield from map(item, found[:MOST])
    if len(found) > MOST:
        yield rest(0, more, url)
