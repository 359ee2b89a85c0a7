"""Reads bodies that others wrote. Every key is either known or reported as unknown, and no type is trusted.

Podman's Go ignores the case of JSON keys and folds some non-ASCII letters. This reader does the same.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from django.utils.translation import gettext as _

from hosts.refusals import Refusal


class DuplicateKey(str):
    """The path of a key that stands there in two spellings. Always refused, since either could count."""

    __slots__ = ()


def refuse_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """object_pairs_hook for json.loads: Refusal for a duplicate key, at every depth."""
    found = dict(pairs)
    if len(found) < len(pairs):
        # counted in one go: a body of many keys would cost the square of their number
        counts = Counter(key for key, _value in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise Refusal(_("“%s” appears twice.") % twice[:80])
    return found


class Reader:
    """Reads values and collects in `unknown` the paths of unknown keys and wrong values."""

    def __init__(self) -> None:
        self.unknown: list[str] = []

    def add_unknown(self, at: str) -> None:
        """Report the value at this path as not understood."""
        if at not in self.unknown:
            self.unknown.append(at if isinstance(at, DuplicateKey) else at[:200])

    def mapping(self, raw: Any, known: Collection[str], at: str) -> dict[str, Any]:
        """The known keys of a mapping under their true names. None counts as absent."""
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.add_unknown(at or "spec")
            return {}
        names = {name.casefold(): name for name in known}
        found: dict[str, Any] = {}
        seen: set[str] = set()
        for key, value in raw.items():
            name = names.get(str(key).casefold())
            where = join(at, str(key))
            if name is not None and not str(key).isascii():
                # Go reads it as the field up to Podman 5, and Podman 6 ignores it
                self.add_unknown(where)
            if name is None or name in seen:
                self.add_unknown(where if name is None else DuplicateKey(where[:200]))
                if name is not None:
                    # judged by the worst: once privileged is privileged
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
            self.add_unknown(at)
            return
        for number, item in enumerate(raw):
            yield item, f"{at}[{number}]"

    def texts(self, raw: Any, at: str) -> Iterator[tuple[str, str]]:
        """The texts of a list, each with its path."""
        for item, where in self.items(raw, at):
            if isinstance(item, str):
                yield item, where
            else:
                self.add_unknown(where)

    def pairs(self, raw: Any, at: str) -> dict[str, str]:
        """A mapping of texts."""
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.add_unknown(at)
            return {}
        return {str(key): "" if value is None else str(value) for key, value in raw.items()}

    def text(self, raw: Any, at: str) -> str:
        """A text. A number is turned into one."""
        if raw is None or raw is False:
            return ""
        if isinstance(raw, str | int | float):
            return str(raw)
        self.add_unknown(at)
        return ""

    def number(self, raw: Any, at: str) -> float | None:
        """A number, or None where there is none."""
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            self.add_unknown(at)
            return None
        return float(raw)

    def tick(self, raw: Any, at: str) -> bool:
        """True or false. Anything else is reported and counts as true."""
        if raw is None or isinstance(raw, bool):
            return bool(raw)
        self.add_unknown(at)
        return True


def join(at: str, key: str) -> str:
    """The path of `key` below `at`."""
    return f"{at}.{key}" if at else key
