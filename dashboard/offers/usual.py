"""Verbs that containers and pods have alike, and removing, which every kind has: words, icon, places."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from dashboard.furniture.offer import Offer, forced
from dashboard.furniture.places import Place, places
from dashboard.offers import bodies

_IN_ROWS = places(Place.ROW, Place.HEAD, Place.BULK)
_IN_MENU = places(Place.MENU, Place.BULK)

start = partial(
    Offer,
    label=_("Start"),
    icon="play",
    doing=_("Starting"),
    on=_IN_ROWS,
    primary=True,
    part="turn",
)
restart = partial(
    Offer, label=_("Restart"), icon="rotate-cw", doing=_("Restarting"), key="r", on=_IN_ROWS
)
stop = partial(
    Offer,
    label=_("Stop"),
    icon="square",
    doing=_("Stopping"),
    body=bodies.StopOptions,
    asks_first=True,
    key="s",
    on=_IN_ROWS,
    part="turn",
)
pause = partial(Offer, label=_("Pause"), icon="pause", doing=_("Pausing"), on=_IN_MENU)
unpause = partial(
    Offer,
    label=_("Unpause"),
    icon="step-forward",
    doing=_("Unpausing"),
    states=frozenset({"paused"}),
    on=_IN_ROWS,
    primary=True,
)
kill = partial(
    Offer,
    label=_("Kill"),
    icon="zap",
    doing=_("Sending a signal to"),
    body=bodies.KillOptions,
    asks_first=True,
    menu=_("Send a signal…"),
    command=_("Send a signal to %(name)s…"),
    on=_IN_MENU,
)
remove = partial(
    Offer,
    label=_("Remove"),
    icon="trash-2",
    doing=_("Removing"),
    params=forced,
    body=bodies.RemoveOptions,
    asks_first=True,
    danger=True,
    menu=_("Remove…"),
    on=_IN_MENU,
)
create = partial(Offer, icon="plus", on=places(Place.LIST), primary=True)
