"""Parsers for common types of fields. A Refusal says what is wrong."""

import json
import re
import shlex
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.run import run_fields
from hosts.refusals import Refusal

Reader = Callable[[str], Any]

_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h))+|0")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)")
_UNITS_NS = {
    "ns": 1,
    "us": 1000,
    "µs": 1000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_TRUE = ("", "on", "true", "1", "True", "TRUE", "t")


def one_line(text: str) -> str:
    """The text without control characters."""
    text = text.strip()
    if any(ord(letter) < 32 for letter in text):
        raise Refusal(_("This contains a control character."))
    return text


def matching(pattern: str, refusal: Any) -> Reader:
    """A text that matches the whole `pattern`. `refusal` has %s for the text."""
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        text = text.strip()
        if text and not compiled.fullmatch(text):
            raise Refusal(refusal % text[:80])
        return text

    return read


def number(low: int, high: int) -> Reader:
    """A whole number. None for empty text, so that 0 is a value."""

    def read(text: str) -> int | None:
        text = text.strip()
        if not text:
            return None
        if not re.fullmatch(r"-?[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise Refusal(
                _("“%(text)s” is not a number from %(low)d to %(high)d.")
                % {"text": text[:40], "low": low, "high": high}
            )
        return int(text)

    return read


def lines(each: Reader) -> Reader:
    """One value a line."""

    def read(text: str) -> list[Any]:
        found = []
        for count, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
            if not line.strip():
                continue
            try:
                value = each(line.strip())
            except Refusal as exc:
                raise Refusal(
                    _("Line %(line)d: %(problem)s") % {"line": count, "problem": exc}
                ) from exc
            if value in found:
                raise Refusal(_("“%s” appears twice.") % line.strip()[:80])
            found.append(value)
        return found

    return read


def separated(each: Reader) -> Reader:
    """Values separated by commas, blanks or lines."""

    def read(text: str) -> list[Any]:
        found = [each(word) for word in re.split(r"[\s,]+", text) if word]
        return list(dict.fromkeys(found))

    return read


def pairs(text: str) -> dict[str, str]:
    """name=value lines."""
    found: dict[str, str] = {}
    for line in lines(one_line)(text):
        name, equals, value = str(line).partition("=")
        if not equals or not name.strip():
            raise Refusal(_("“%s” is not valid: write name=value.") % line[:80])
        if name.strip() in found:
            raise Refusal(_("%(name)s appears twice.") % {"name": name.strip()[:80]})
        found[name.strip()] = value
    return found


def pair_lines(value: dict[str, str]) -> str:
    """The text of `pairs`."""
    return "\n".join(f"{name}={text}" for name, text in value.items())


def join_lines(values: Iterable[Any]) -> str:
    """The text of `lines`."""
    return "\n".join(str(value) for value in values)


def tick(text: str) -> bool:
    """A flag without a value, or with true or false."""
    return text.strip() in _TRUE[1:]


def switch_text(value: str | None) -> str:
    """The checkbox text for `--init` or `--init=false`."""
    return "on" if value is None or value in _TRUE else ""


def command_words(text: str) -> list[str]:
    """A command: a JSON list, or words as a shell splits them."""
    if "\0" in text:
        raise Refusal(_("A command cannot have a null character."))
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list) and all(isinstance(word, str) for word in found):
            return found
    try:
        return shlex.split(text)
    except ValueError as exc:
        raise Refusal(_("A quotation mark is not closed.")) from exc


def duration_ns(text: str) -> int | None:
    """Nanoseconds of `30s`, `1m30s`, `500ms`. None for empty text."""
    text = text.strip()
    if not text:
        return None
    if not _DURATION.fullmatch(text):
        raise Refusal(_("“%s” is not a duration: write 30s or 1m30s.") % text[:40])
    return round(sum(float(n) * _UNITS_NS[unit] for n, unit in _PART.findall(text)))


def duration_words(value_ns: int) -> str:
    """The shortest text of a time: `30s`, `90s`, `1500ms`."""
    for unit in ("h", "m", "s", "ms", "us"):
        if value_ns and value_ns % _UNITS_NS[unit] == 0:
            return f"{value_ns // _UNITS_NS[unit]}{unit}"
    return f"{value_ns}ns" if value_ns else "0s"


def optional(read: Reader) -> Reader:
    """`read`, with None for empty values."""
    return lambda text: read(text) or None


def size(text: str) -> int | None:
    """Bytes of `64m` or a plain number. None for empty text."""
    return run_fields.size(text) if text.strip() else None


def options(text: str) -> dict[str, str]:
    """`a=b,c` as a mapping. A bare word has an empty value."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name, _equals, value = part.partition("=")
        if name.strip():
            found[name.strip()] = value
    return found
