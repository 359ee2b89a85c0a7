"""Judges which images a Containerfile builds on: none may name a transport of the host's own disk.

Every line is read as the beginning of an instruction (hosts.podman.containerfile). Quotes and
backslashes are taken out of flags, as buildah does. An argument in FROM is followed to all values
that it can have. An argument in a flag is refused: nobody knows its value.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from typing import Final

from hosts.podman.containerfile import (
    HEAD,
    LIMIT_BYTES,
    QUOTES,
    AmbiguousLine,
    images_in,
    possible_instructions,
)
from hosts.podman.transports import transport_of

_MOST_VALUES: Final = 64
_MOST_VARIABLES: Final = 8
_DEEPEST: Final = 20
_BLANK: Final = re.compile(r"[\t\v\f\r ]+")
# a flag, or what may be one: some versions take its value from the next word
_MOUNT: Final = re.compile(r"(?:^|[\t\v\f\r ])--mount\b", re.I)
_ANYWHERE: Final = re.compile(r"from=([^,\s]*)", re.I)
_IMAGE: Final = re.compile(r"[A-Za-z0-9_.\[-][A-Za-z0-9_./:@+\[\]-]*")
_VARIABLE: Final = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::([-+?])([^${}\\\"']*))?\})")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@+\[\]-]*")
_GIVEN_BY_BUILDAH: Final = frozenset(
    side + part for side in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT")
)


class BaseFault(StrEnum):
    """Why a base is refused."""

    TRANSPORT = "it names a file or a store of the host"
    UNKNOWN = "which image it would be cannot be known beforehand"
    UNCLEAR = "it could be read in two ways"
    LARGE = "a Containerfile is smaller than that"
    MOUNT = "that Podman lets such a mount leave the build's context"


class UnsafeBase(ValueError):
    """A base that is refused. `line` counts from 1; 0: the file as a whole."""

    def __init__(self, line: int, text: str, why: BaseFault) -> None:
        self.line, self.why = line, why
        self.text = text.encode(errors="backslashreplace").decode()[:200]
        super().__init__(f"Line {line} of the Containerfile, “{self.text}”: {why}.")


def judge(text: str, arguments: Mapping[str, str], *, mounts: bool = True) -> None:
    """Raise UnsafeBase for a Containerfile that could reach the host's disk.

    `arguments`: those of the build. `mounts`: whether this Podman keeps mounts of RUN within the
    build (hosts.advisories).
    """
    if len(text) > LIMIT_BYTES:
        raise UnsafeBase(0, "", BaseFault.LARGE)
    try:
        found = list(possible_instructions(text))
    except AmbiguousLine as unclear:
        raise UnsafeBase(unclear.line, unclear.text, BaseFault.UNCLEAR) from unclear
    values = _Values(arguments, [rest for _line, word, rest in found if word == "arg"])
    for line, word, rest in found:
        if word == "from":
            _from(line, rest, values)
        elif word in ("copy", "add", "run"):
            if not mounts and word == "run":
                _no_mounts(line, rest.translate(QUOTES))
            _flags(line, rest)


def _from(line: int, rest: str, values: "_Values") -> None:
    words = [word for word in _BLANK.split(rest.strip()) if word]
    count = next((at for at, word in enumerate(words) if not word.startswith("--")), len(words))
    flags, names = words[:count], words[count:]
    if len(rest) >= HEAD - len("from ") or any(_is_quoted(flag) for flag in flags):
        raise UnsafeBase(line, f"FROM {rest}", BaseFault.UNCLEAR)
    if len(names) != 1 and not (len(names) == 3 and names[1].casefold() == "as"):
        # buildah refuses any other shape: this is text, or buildah reports it
        return
    name = names[0]
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1]
    for found in values.of(name, unset=False):
        _image(line, f"FROM {rest}", found)
    for found in values.of(name, unset=True):
        if found and transport_of(found):
            _image(line, f"FROM {rest}", found)


def _flags(line: int, rest: str) -> None:
    if not rest.lstrip("\t\v\f\r ").startswith("--"):
        return
    words = [word for word in _BLANK.split(rest.strip()) if word]
    count = next((at for at, word in enumerate(words) if not word.startswith("--")), len(words))
    flags, found = words[:count], []
    if any(_is_quoted(flag) for flag in flags):
        # only a reader of quotes knows where the flags end: look at everything
        bare = rest.translate(QUOTES)
        flags = [word for word in _BLANK.split(bare) if word.startswith("--")]
        found = _ANYWHERE.findall(bare)
        unclear = len(rest) >= HEAD - len("onbuild copy ") or not bare.isascii()
    else:
        unclear = count == len(words) and len(rest) >= HEAD - len("onbuild copy ")
    if unclear:
        raise UnsafeBase(line, rest, BaseFault.UNCLEAR)
    for flag in flags:
        name, _sign, value = flag.partition("=")
        if "$" in name or ("$" in value and name.casefold() == "--mount"):
            raise UnsafeBase(line, rest, BaseFault.UNKNOWN)
        found += images_in(flag)
    for image in found:
        _image(line, rest, None if "$" in image else image)


def _no_mounts(line: int, rest: str) -> None:
    if rest.lstrip("\t\v\f\r ").startswith("--") and _MOUNT.search(rest):
        raise UnsafeBase(line, f"RUN {rest}", BaseFault.MOUNT)


def _is_quoted(word: str) -> bool:
    return word.translate(QUOTES) != word or not word.isascii()


def _image(line: int, text: str, name: str | None) -> None:
    if not name:
        raise UnsafeBase(line, text, BaseFault.UNKNOWN)
    if transport_of(name):
        raise UnsafeBase(line, text, BaseFault.TRANSPORT)
    if not _IMAGE.fullmatch(name.removeprefix("docker://")):
        raise UnsafeBase(line, text, BaseFault.UNCLEAR)


class _Values:
    """The values that an argument can have: the build's, else every default in the file."""

    def __init__(self, given: Mapping[str, str], lines: list[str]) -> None:
        self._given = given
        self._defaults: dict[str, list[str]] = {}
        # what was found; None while it is being looked for
        self._known: dict[tuple[str, bool], set[str | None] | None] = {}
        self._depth = 0
        # a quoted name would be another name
        self._wild = False
        for word in (word for line in lines for word in _BLANK.split(line.strip())):
            name, sign, value = word.partition("=")
            self._wild |= not _PLAIN.fullmatch(name)
            if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            if sign and value:
                self._defaults.setdefault(name, []).append(value)

    def of(self, text: str, *, unset: bool) -> set[str | None]:
        """All texts that `text` can become; None: unknown. `unset`: also as if no argument had a value."""
        parts = list(_VARIABLE.finditer(text))
        if parts and (self._wild or len(parts) > _MOST_VARIABLES):
            return {None}
        if not _PLAIN.fullmatch(_VARIABLE.sub("", text)):
            return {text if "$" not in text else None}
        each = [self._one(part[1] or part[2], unset) for part in parts]
        found: set[str | None] = set()
        for count, chosen in enumerate(product(*each)):
            if count >= _MOST_VALUES or None in chosen:
                return {None}
            left = iter(chosen)
            found.add(_VARIABLE.sub(lambda part: _modified(part, next(left) or ""), text))  # noqa: B023
        return found

    def _one(self, name: str, unset: bool) -> set[str | None]:  # noqa: FBT001 - a part of the key
        key = (name, unset)
        if key in self._known:
            # an argument that depends on itself is unknown
            return self._known[key] or {None}
        if self._depth > _DEEPEST:
            return {None}
        self._known[key] = None
        self._depth += 1
        found = self._known[key] = self._found(name, unset=unset)
        self._depth -= 1
        return found

    def _found(self, name: str, *, unset: bool) -> set[str | None]:
        found: set[str | None] = {self._given[name]} if name in self._given else set()
        for value in self._defaults.get(name, []):
            found |= self.of(value, unset=unset)
        if not found and name in _GIVEN_BY_BUILDAH:
            found = {"linux"}
        return found | {""} if unset or not found else found


def _modified(part: re.Match[str], value: str) -> str:
    word = part[4] or ""
    if part[3] == "+":
        return word if value else ""
    return value or (word if part[3] else "")
