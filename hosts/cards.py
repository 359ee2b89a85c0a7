"""One card per verb: all that the house has to know of it, said once, in the file of its action.

Guardrails, locks, freeze windows, the log and what is observed on hosts ask the cards; no table beside
them lists verbs. `hosts.actions` registers all of them when Django starts.
"""

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

from accounts import verbs
from accounts.verbs import OPERATOR
from audit.params import allow

# as a job asks for it, and as the log says that it was done: “Restart”, “restarted”
LogWords = tuple[str | Promise, str | Promise]


class When(StrEnum):
    """When guardrails judge what a verb would make: at the click, in the worker on what is really sent,
    or both; a stream where it runs.
    """

    CLICK = "click"
    WORK = "work"
    BOTH = "both"
    STREAM = "stream"


class SecondLook(StrEnum):
    """What is judged once more as Podman tells it (Errand.confirm): what was made, before it starts;
    what was changed, and what breaks a rule is changed back.
    """

    MADE = "made"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Road:
    """How a verb passes the guardrails. `why`: the reason, where they do not judge it or do not look
    again.
    """

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
    """What a lock, or a freeze window, keeps from being done. PASSES: it changes nothing of what is there.
    MAKES: it makes something new, so only a lock of the whole host is in its way, or of the pod that is
    joined. CHANGES: it changes what is there.
    """

    PASSES = "passes"
    MAKES = "makes"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Right:
    """What a role that holds the verb permits (accounts.verbs.Verb). `group`: where that is not the verb's
    first word.
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
    """A verb. After its `words` comes the name of the object. `causes`: what is observed on the host because
    of it, beside its own verb; with `takes_along` also of objects of another kind. `params`: what an entry
    may hold as it is, beside what audit allows every verb.
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


_cards: dict[str, Card] = {}


def register(card: Card) -> None:
    """Add a card. ImproperlyConfigured, with the verb's name, where it is not whole or there is one."""
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
    if card.road.when is not None:
        # names of the rules that only warned, and of those that asked for a second person
        allow(card.verb, "warned", "approval")


def cards() -> Collection[Card]:
    """All there are."""
    return _cards.values()


def card_of(verb: str) -> Card | None:
    """None: of a read, a change of the database alone, or a job of another version of Haulout."""
    return _cards.get(verb)


def road_of(verb: str) -> Road:
    """Of a verb without a card: nothing is made."""
    card = _cards.get(verb)
    return card.road if card else READS


def lock_of(verb: str) -> Lock | None:
    """None where the verb has no card."""
    card = _cards.get(verb)
    return card.lock if card else None
