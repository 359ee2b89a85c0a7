"""The shape of a kind of rule: its settings, which parts it concerns, what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hosts.guardrails.proposed import Part, Proposed, What

# (field of the spec, words)
Found = tuple[str, str]
Settings = dict[str, Any]


class Shape(StrEnum):
    """How a setting is filled in."""

    LINES = "lines"
    TICK = "tick"
    LINE = "line"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Setting:
    """`read` judges and tidies one line (Refusal with our words); `choices`: value and label."""

    name: str
    label: Any
    shape: Shape = Shape.LINES
    help: Any = ""
    example: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    read: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Kind:
    """`judge` looks at one part at a time; `whole` instead at the proposal as it is."""

    name: str
    label: Any
    describes: Any
    icon: str
    concerns: frozenset[What] = frozenset()
    settings: tuple[Setting, ...] = ()
    judge: Callable[[Settings, Part], Iterator[Found]] | None = None
    whole: Callable[[Settings, Proposed], Iterator[Found]] | None = None

    def find(self, settings: Settings, proposed: Proposed) -> Iterator[Found]:
        """Everything in `proposed` that breaks the rule."""
        if self.whole is not None:
            yield from self.whole(settings, proposed)
        if self.judge is not None:
            for part in proposed.parts:
                if part.what in self.concerns:
                    yield from self.judge(settings, part)


def lines_of(settings: Settings, name: str) -> list[str]:
    """A setting of several lines; what is stored may be of an older shape."""
    found = settings.get(name)
    return [str(one) for one in found] if isinstance(found, list) else []


def ticked(settings: Settings, name: str) -> bool:
    """A setting that is ticked."""
    return settings.get(name) is True


def where(part: Part, field: str) -> str:
    """The field with the part before it, where the field does not say it."""
    return f"{part.at}.{field}" if part.at and not field.startswith(part.at) else field
