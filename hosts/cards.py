"""One card per verb: all that the house knows about it, in its action's own file.

Guardrails, locks, freeze windows, the log and observed changes ask the cards; no other table lists
verbs. `hosts.actions` registers the cards when Django starts.
"""

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

from accounts import verbs
from accounts.verbs import OPERATOR
from audit.params import allow

# of the job, and of the log once it is done: “Restart”, “restarted”
LogWords = tuple[str | Promise, str | Promise]


class When(StrEnum):
    """When guardrails judge what a verb would make.

    At the click, in the worker on what is really sent, or both; of a stream where it runs.
    """

    CLICK = "click"
    WORK = "work"
    BOTH = "both"
    STREAM = "stream"


class SecondLook(StrEnum):
    """What is judged again as Podman reports it (Errand.confirm).

    MADE: what was made, before it starts. CHANGED: what was changed; it is changed back where it
    breaks a rule.
    """

    MADE = "made"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Road:
    """How a verb passes the guardrails. `why`: the reason where they do not judge, or do not judge again."""

    when: When | None = None
    second_look: SecondLook | None = None
    why: str = ""

    @property
    def at_click(self) -> bool:
        """True where an order must carry what it would make."""
        return self.when in (When.CLICK, When.BOTH)

    @property
    def at_work(self) -> bool:
        """True where the worker must ask before it sends."""
        return self.when in (When.WORK, When.BOTH)


MAKES = Road(When.BOTH, SecondLook.MADE)
NAMES_IMAGE = Road(When.BOTH, why="it gives a name to an image, which was judged")
SENDS_AWAY = Road(When.BOTH, why="nothing comes to be on the host")
IS_THERE = Road(why="what is there was judged when it was made")
TAKES_AWAY = Road(why="it takes something away")
READS = Road(why="it reads")


class Lock(StrEnum):
    """What a lock, or a freeze window, prevents.

    PASSES: it changes nothing that exists. MAKES: it makes something new; only a lock of the whole
    host, or of the pod that it joins, prevents it. CHANGES: it changes what exists.
    """

    PASSES = "passes"
    MAKES = "makes"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Right:
    """What a role with this verb permits (accounts.verbs.Verb).

    `group`: where it is not the verb's first word.
    """

    label: str | Promise
    describes: str | Promise
    role: str = OPERATOR
    sensitive: bool = False
    needs: tuple[str, ...] = ()
    group: str = ""


_NO_ROAD = Road()
_NO_WORDS: LogWords = ("", "")


@dataclass(frozen=True)
class Card:
    """A verb. In a sentence the object's name follows `words`.

    `causes`: observed changes on the host that it explains, beside its own verb; with `takes_along`
    also of objects of another kind. `params`: parameters that an entry may hold as they are.
    `private`: what a job prints is not for everybody who may see jobs, but for those who hold the verb.
    """

    verb: str
    _: KW_ONLY
    right: Right | None = None
    road: Road = _NO_ROAD
    lock: Lock | None = None
    words: LogWords = _NO_WORDS
    causes: Collection[str] = ()
    takes_along: bool = False
    params: Collection[str] = ()
    private: bool = False


_cards: dict[str, Card] = {}


def register(card: Card) -> None:
    """Add a card. ImproperlyConfigured, with the verb's name: it is incomplete, or there is one."""
    lacks, right = "", card.right
    if right is None:
        lacks = "what a role permits that holds it (right)"
    elif card.road.second_look is None and not card.road.why:
        lacks = "how it passes the guardrails (road)"
    elif card.lock is None:
        lacks = "whether a lock is in its way (lock)"
    elif card.words is _NO_WORDS:
        lacks = "the words of the log (words)"
    if lacks or right is None:
        raise ImproperlyConfigured(f"The card of {card.verb} does not say {lacks}.")
    if card.verb in _cards:
        raise ImproperlyConfigured(f"There are two cards of {card.verb}.")
    _cards[card.verb] = card
    verbs.register(
        verbs.Verb(
            card.verb,
            right.label,
            right.describes,
            right.group or card.verb.partition(".")[0],
            right.role,
            sensitive=right.sensitive,
            needs=right.needs,
        )
    )
    allow(card.verb, *card.params)
    if card.road.when is not None or card.lock is not Lock.PASSES:
        # names of the rules that only warned, and of those (or freezes) that asked for a second person
        allow(card.verb, "warned", "approval")


def cards() -> Collection[Card]:
    return _cards.values()


def private_verbs() -> Collection[str]:
    """Those whose jobs only they see who asked, or hold the verb there."""
    return [card.verb for card in _cards.values() if card.private]


def card_of(verb: str) -> Card | None:
    """None: a read, a change of the database alone, or a verb of another version of Haulout."""
    return _cards.get(verb)


def road_of(verb: str) -> Road:
    """The road of a verb; without a card it makes nothing."""
    card = _cards.get(verb)
    return card.road if card else READS


def lock_of(verb: str) -> Lock | None:
    """None where the verb has no card."""
    card = _cards.get(verb)
    return card.lock if card else None
