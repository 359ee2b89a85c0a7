"""What a kind of rule is: its settings, the parts it judges, and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hosts.guardrails.proposal import Part, PartType, Proposal

# (field of the spec, words)
Breach = tuple[str, str]
Settings = dict[str, Any]


class Shape(StrEnum):
    """The form control of a setting."""

    LINES = "lines"
    TICK = "tick"
    LINE = "line"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a kind. `read` checks and tidies one line (Refusal). `choices`: (value, label)."""

    name: str
    label: Any
    shape: Shape = Shape.LINES
    help: Any = ""
    example: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    read: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule. `judge` looks at one part at a time, `whole` at the whole proposal."""

    name: str
    label: Any
    describes: Any
    icon: str
    concerns: frozenset[PartType] = frozenset()
    settings: tuple[Setting, ...] = ()
    judge: Callable[[Settings, Part], Iterator[Breach]] | None = None
    whole: Callable[[Settings, Proposal], Iterator[Breach]] | None = None

    def find(self, settings: Settings, proposal: Proposal) -> Iterator[Breach]:
        """Everything in the proposal that breaks the rule."""
        if self.whole is not None:
            yield from self.whole(settings, proposal)
        if self.judge is not None:
            for part in proposal.parts:
                if part.what in self.concerns:
                    yield from self.judge(settings, part)


def lines_of(settings: Settings, name: str) -> list[str]:
    """A setting of several lines. [] if the stored value has another form."""
    found = settings.get(name)
    return [str(one) for one in found] if isinstance(found, list) else []


def is_ticked(settings: Settings, name: str) -> bool:
    """True for a checkbox that is ticked."""
    return settings.get(name) is True


def where(part: Part, field: str) -> str:
    """The field's path, with the part's path in front."""
    return f"{part.at}.{field}" if part.at and not field.startswith(part.at) else field
