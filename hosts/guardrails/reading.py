"""Reading what others wrote: every key is known, or named as unknown. Nothing is trusted in its shape.

Podman's Go reads JSON keys whatever their case, and folds some letters beyond ASCII to them; so do we.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.utils.translation import gettext as _

from hosts.refusals import Refusal


class Twice(str):
    """The path of a key that stands there in two spellings: nobody can say which of them counts, so it is
    refused whether a rule applies or not.
    """

    __slots__ = ()


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For json.loads as object_pairs_hook: a key that stands twice is a Refusal, at every depth."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Refusal(_("“%s” stands there twice.") % twice[:80])
    return found


class Reader:
    """Collects in `unknown` the paths of keys that are not known, and of values that make no sense."""

    def __init__(self) -> None:
        self.unknown: list[str] = []

    def strange(self, at: str) -> None:
        """What stands at `at` is not understood."""
        if at not in self.unknown:
            self.unknown.append(at if isinstance(at, Twice) else at[:200])

    def mapping(self, raw: Any, known: Collection[str], at: str) -> dict[str, Any]:
        """The known keys of a mapping, under their true names; None and absent are the same."""
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.strange(at or "spec")
            return {}
        names = {name.casefold(): name for name in known}
        found: dict[str, Any] = {}
        seen: set[str] = set()
        for key, value in raw.items():
            name = names.get(str(key).casefold())
            where = join(at, str(key))
            if name is not None and not str(key).isascii():
                # taken for it by Go up to Podman 5, and ignored by Podman 6
                self.strange(where)
            if name is None or name in seen:
                self.strange(where if name is None else Twice(where[:200]))
                if name is not None:
                    # what it would be is judged by its worst: privileged once is privileged
                    found[name] = True if value is True else found.get(name)
                continue
            seen.add(name)
            if value is not None:
                found[name] = value
        return found

    def items(self, raw: Any, at: str) -> Iterator[tuple[Any, str]]:
        """The items of a list, each with its path."""
        if raw is None:
            return
        if not isinstance(raw, list | tuple):
            self.strange(at)
            return
        for number, item in enumerate(raw):
            yield item, f"{at}[{number}]"

    def texts(self, raw: Any, at: str) -> Iterator[tuple[str, str]]:
        """The items of a list of texts."""
        for item, where in self.items(raw, at):
            if isinstance(item, str):
                yield item, where
            else:
                self.strange(where)

    def pairs(self, raw: Any, at: str) -> dict[str, str]:
        """A mapping of texts."""
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.strange(at)
            return {}
        return {str(key): "" if value is None else str(value) for key, value in raw.items()}

    def text(self, raw: Any, at: str) -> str:
        """A text; a number is one too."""
        if raw is None or raw is False:
            return ""
        if isinstance(raw, str | int | float):
            return str(raw)
        self.strange(at)
        return ""

    def number(self, raw: Any, at: str) -> float | None:
        """A number, or None where nothing is said."""
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            self.strange(at)
            return None
        return float(raw)

    def tick(self, raw: Any, at: str) -> bool:
        """True or false; anything else is not understood, and counts as true."""
        if raw is None or isinstance(raw, bool):
            return bool(raw)
        self.strange(at)
        return True


def join(at: str, key: str) -> str:
    """The path of `key` below `at`."""
    return f"{at}.{key}" if at else key
