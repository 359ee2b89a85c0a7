"""One field of `podman run`: its text, its value in Podman's spec, and its flag on a line.

The form, a pasted line, the spec, the line, an existing container and the log all use it. They exchange
texts: the content of a control, or the argument of a flag.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hosts.actions.run.table.inspected import InspectedContainer

Params = dict[str, Any]
Spec = dict[str, Any]
# (spec, value, all parameters): adds the value to the spec
Put = Callable[[Spec, Any, Params], None]


class Kind(StrEnum):
    """The form control of a field."""

    LINE = "line"
    LINES = "lines"
    TICK = "tick"
    CHOICE = "choice"
    # rows of several controls, or sealed values: not in the generic form
    OWN = "own"


def text_of(value: Any) -> str:
    """A value that is written as it is."""
    return str(value)


def _unread(_from_inspect: InspectedContainer) -> str:
    return ""


@dataclass(frozen=True)
class Field:
    """A field of `podman run`. `read` turns text into a JSON value (Refusal), `write` does the reverse.
    `put` adds the value to the spec. `from_inspect` gives the text from an inspect. `flags`: of podman run,
    the first one is written. `key`: its name in the parameters. `logged`: the log may keep the value.
    """

    name: str
    label: Any
    read: Callable[[str], Any]
    put: Put
    flags: tuple[str, ...] = ()
    kind: Kind = Kind.LINE
    write: Callable[[Any], str] = text_of
    from_inspect: Callable[[InspectedContainer], str] = _unread
    help: Any = ""
    hint: str = ""
    offers: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    key: str = ""
    logged: bool = False
    # False: podman update cannot change it, so the container's command line stays right
    live: bool = False
    section: str = field(default="", compare=False)

    @property
    def param(self) -> str:
        """Its name among a job's parameters."""
        return self.key or self.name

    @property
    def many(self) -> bool:
        """True when its flag can be repeated."""
        return self.kind is Kind.LINES or (self.kind is Kind.OWN and self.name != "image")

    def words(self, value: Any) -> list[str]:
        """The value as words of a `podman run` line."""
        if not self.flags:
            return []
        if self.kind is Kind.TICK:
            return [self.flags[0]] if value else []
        text = self.write(value)
        lines = [line for line in text.split("\n") if line] if self.many else [text]
        return [word for line in lines for word in (self.flags[0], line)]


def at(path: str, shape: Callable[[Any], Any] | None = None) -> Put:
    """A `put` that sets `path` (with dots) in the spec to `shape(value)`."""

    def put(spec: Spec, value: Any, _params: Params) -> None:
        *outer, last = path.split(".")
        for name in outer:
            spec = spec.setdefault(name, {})
        spec[last] = shape(value) if shape else value

    return put


def add(path: str, shape: Callable[[Any], Any] | None = None) -> Put:
    """A `put` that appends to the list at `path`."""

    def put(spec: Spec, value: Any, _params: Params) -> None:
        spec.setdefault(path, []).extend(shape(value) if shape else value)

    return put


def nothing(_spec: Spec, _value: Any, _params: Params) -> None:
    """A `put` for fields that are not in the spec."""
