"""What is offered to do with units of quadlets, and what the dialogs ask."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from dashboard.furniture.bodies import EmptyBody
from dashboard.furniture.offer import Offer, Question, names_of, offers_in
from dashboard.furniture.places import LOCK, Place, places
from dashboard.offers import usual
from dashboard.words import Words
from hosts.actions.units import reset_unit, restart_unit, start_unit, stop_unit
from hosts.models import InventoryRow

_UP = frozenset({"active", "activating", "reloading", "refreshing"})
_DOWN = frozenset({"inactive", "failed"})


def _asks(
    one: Words, many: Words, sentence: Words = ""
) -> Callable[[list[InventoryRow]], Question]:
    def question(rows: list[InventoryRow]) -> Question:
        if len(rows) == 1:
            title = str(one) % {"name": rows[0].name, "host": rows[0].endpoint}
            return Question(title=title, sentence=sentence)
        return Question(
            title=str(many) % {"n": len(rows)}, sentence=sentence, losses=names_of(rows)
        )

    return question


START = usual.start(
    start_unit.ACTION,
    dialog=_asks(_("Start the unit %(name)s on %(host)s?"), _("Start %(n)d units?")),
    states=_DOWN,
)
RESTART = usual.restart(
    restart_unit.ACTION,
    dialog=_asks(
        _("Restart the unit %(name)s on %(host)s?"),
        _("Restart %(n)d units?"),
        _("systemd removes what the quadlet made, and creates it anew."),
    ),
    states=_UP | {"failed"},
)
STOP = usual.stop(
    stop_unit.ACTION,
    dialog=_asks(
        _("Stop the unit %(name)s on %(host)s?"),
        _("Stop %(n)d units?"),
        _("Its container or pod is stopped and removed. Named volumes stay."),
    ),
    body=EmptyBody,
    states=_UP,
)
RESET = Offer(
    reset_unit.ACTION,
    _("Reset failed state"),
    "rotate-ccw",
    _("Resetting"),
    dialog=_asks(
        _("Reset the failed state of %(name)s on %(host)s?"),
        _("Reset the failed state of %(n)d units?"),
        _("systemd forgets the failure and how often it was started."),
    ),
    states=frozenset({"failed"}),
    on=places(Place.MENU, Place.BULK),
)
BUTTONS = (START, STOP, RESTART, LOCK, RESET)
OFFERS = offers_in(BUTTONS)
