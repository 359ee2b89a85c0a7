"""A verb as people get at it. One offer gives buttons, dialog or page, the place in the bulk bar,
addresses in pages and REST, and the line in Ctrl-K.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.furniture.action_forms import CreateForm, DialogForm
from dashboard.furniture.bodies import EmptyBody, RequestBody
from dashboard.furniture.places import Link, Opens, Place, places
from dashboard.furniture.prune_plans import Plan, PruneFilter
from dashboard.live.spec import BulkVerb
from dashboard.words import Words
from hosts.actions.action import Action
from hosts.jobs.order import Order
from hosts.models import Endpoint, InventoryRow


@dataclass(frozen=True, slots=True)
class Question:
    """What a dialog asks before the act: title, the button's word (as the offer's label, where that is
    empty), sentence, what is lost, options. `instead`: what may be meant in truth.
    """

    title: str
    verb: Words = ""
    sentence: Words = ""
    warning: str = ""
    losses: tuple[str, ...] = ()
    options: tuple[Mapping[str, Any], ...] = ()
    danger: bool = False
    type_name: str = ""
    instead: "Instead | None" = None


@dataclass(frozen=True, slots=True)
class Instead:
    """Another act that the dialog offers in place of its own: the word on its button, and its address."""

    verb: str
    url: str


def names_of(rows: list[InventoryRow]) -> tuple[str, ...]:
    """“shop-web on web1” for each row."""
    return tuple(
        _("%(name)s on %(host)s") % {"name": row.name or row.podman_id[:12], "host": row.endpoint}
        for row in rows
    )


def forced(form: QueryDict) -> dict[str, Any]:
    """The check box of a question that removes something."""
    return {"force": form.get("force") == "1"}


def _nothing(_row: InventoryRow) -> dict[str, Any]:
    return {}


def no_params(_form: QueryDict) -> dict[str, Any]:
    """Of a question without options."""
    return {}


@dataclass(frozen=True, slots=True)
class Fields:
    """A dialog with fields, about one object; it comes back with what is wrong in it. `initial`: what
    stands in them at first. `lack`: an ability of the host that it needs (hosts.capabilities).
    """

    form: type[DialogForm]
    title: Words
    button: Words
    sentence: Words = ""
    initial: Callable[[InventoryRow], dict[str, Any]] = _nothing
    lack: str = ""


@dataclass(frozen=True, slots=True)
class CreatePage:
    """The page that makes an object (furniture.create_page). `order`: what its form asks for, so that it
    says before the click what stands in the way.
    """

    form: type[CreateForm]
    order: Callable[..., Order] | None = None
    note: Words = ""


@dataclass(frozen=True, slots=True)
class PrunePage:
    """The preview of a prune. `which`: choices of (value, words), the first is the default. `measured`: sizes
    are known by a measurement of the disk. `asks`: each host is asked for the plan.
    """

    plan: Callable[[list[Endpoint], PruneFilter], Plan]
    which: tuple[tuple[str, Words], ...]
    button: Words
    measured: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """`action`: how it is done. `dialog`: what is asked first. Either a question about the rows,
    whose options `params` reads from the form, or fields; None where there is no dialog.
    `asks_first`: it never goes without its question (without its fields it never does); `asks_if`:
    of one object only where this is so. `opens`: what its own view brings, where there is no
    `dialog` here.

    `page`: of what is asked for on a host, not for an object that is there; or the name of its route.
    `in_dialog`: it opens over the list.

    `label`: on buttons (“Stop”). `doing`: “Stopping”, to which the name is added. `menu`: in the menu of an
    object, where it differs from the label. `on`: where its buttons stand; `primary`: in the accent's
    colour; `part`: of buttons in rows that take each other's place, so that the focus stays.
    `states`: Podman's in which it does something, None: any; `fits` asks for more. `command`: in Ctrl-K
    (“Stop %(name)s…”), where it is not label and name; `also`: other words that people look for it by.
    `body`: of the request in REST. `alias`: another address for a verb that has one.
    """

    action: Action
    label: Words = ""
    icon: str = ""
    doing: Words = ""
    dialog: Callable[[list[InventoryRow]], Question] | Fields | None = None
    params: Callable[[QueryDict], dict[str, Any]] = no_params
    body: type[RequestBody] = EmptyBody
    states: frozenset[str] | None = None
    fits: Callable[[InventoryRow], bool] | None = None
    asks_first: bool = False
    asks_if: Callable[[InventoryRow], bool] | None = None
    opens: Opens | None = None
    on: frozenset[Place] = places(Place.MENU)
    primary: bool = False
    danger: bool = False
    key: str = ""
    part: str = ""
    menu: Words = ""
    command: Words = ""
    also: Words = ""
    page: CreatePage | PrunePage | str = ""
    in_dialog: bool = False
    alias: str = ""

    @property
    def verb(self) -> str:
        """`container.stop`."""
        return self.action.verb

    @property
    def kind(self) -> str:
        """`container`."""
        return self.verb.partition(".")[0]

    @property
    def word(self) -> str:
        """`stop`: the verb without its kind."""
        return self.verb.partition(".")[2]

    @property
    def name(self) -> str:
        """The last word of its addresses."""
        return self.alias or self.word

    @property
    def on_host(self) -> bool:
        """Whether it is asked for on a host, without an object."""
        return bool(self.page) and not isinstance(self.page, PrunePage)

    @property
    def page_name(self) -> str:
        """The name of the route of its page, "" without one."""
        if isinstance(self.page, CreatePage):
            return f"{self.kind}s:create"
        if isinstance(self.page, PrunePage):
            return f"system:prune-{self.kind}"
        return self.page

    @property
    def asks(self) -> bool:
        """Whether its button opens the dialog."""
        return self.asks_first or isinstance(self.dialog, Fields)

    def asks_about(self, row: InventoryRow) -> bool:
        """Whether its button on this object opens a dialog."""
        if self.opens is not None:
            return self.opens is Opens.DIALOG
        return self.asks if self.asks_if is None else self.asks_if(row)

    @property
    def for_many(self) -> bool:
        """Whether pages ask for it for many objects at once."""
        return bool(self.action.ask_many and self.dialog and not self.alias)

    def question(self, rows: list[InventoryRow]) -> Question:
        """What is asked about these rows. ValueError where that is no question."""
        if self.dialog is None or isinstance(self.dialog, Fields):
            raise ValueError(f"{self.verb} has no question")
        question = self.dialog(rows)
        return question if question.verb else replace(question, verb=self.label)

    def possible(self, row: Any, verbs: frozenset[str]) -> bool:
        """Whether it does something with the row as it is now, and these rights permit it."""
        return bool(words_possible([self])(row, verbs))

    def in_bulk(self) -> BulkVerb:
        """Its button for the chosen rows."""
        url = f"/{self.kind}s/bulk/{self.name}/"
        return BulkVerb(self.name, self.label, self.icon, url, self.key, self.danger, self.asks)


def words_possible(offers: Iterable[Offer]) -> Callable[[Any, frozenset[str]], list[str]]:
    """(row, verbs that rights permit) to the last words of the verbs that do something with the row as it
    is now. Made once of many offers: lists ask it for each of their rows.
    """
    known = [(one.word, one.verb, one.states, one.fits) for one in offers if not one.page]

    def words(row: Any, verbs: frozenset[str]) -> list[str]:
        return [
            word
            for word, verb, states, fits in known
            if verb in verbs
            and (states is None or row.state in states)
            and (fits is None or fits(row))
        ]

    return words


def offers_in(buttons: Iterable[Offer | Link]) -> tuple[Offer, ...]:
    """The offers among them."""
    return tuple(one for one in buttons if isinstance(one, Offer))


def in_bulk(buttons: Iterable[Offer | Link]) -> tuple[BulkVerb, ...]:
    """The bar for the chosen rows."""
    return tuple(one.in_bulk() for one in buttons if Place.BULK in one.on)
