"""What stands on the pages of hosts: their doctor, their settings, a lock, maintenance."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.places import LOCK_IN_HEAD, Link, Opens, Place, places

_HEAD = places(Place.HEAD)


def _is_away(row: Any) -> bool:
    return row.status.state in ("away", "stopped")


def _is_up(row: Any) -> bool:
    return bool(row.status.endpoints) and row.status.state == "up"


ADD = Link(
    "add",
    "host.add",
    _("Add host"),
    "plus",
    places(Place.LIST),
    page_name="hosts:add",
    primary=True,
    also=_("register server machine"),
)
RECONNECT = Link(
    "reconnect",
    "host.doctor",
    _("Try now"),
    "refresh-cw",
    _HEAD,
    Opens.NOTHING,
    fits=_is_away,
    primary=True,
)
DOCTOR = Link("doctor", "host.doctor", _("Doctor"), "stethoscope", _HEAD)
RUN = Link(
    "run",
    "container.run",
    _("Run container"),
    "plus",
    _HEAD,
    at=lambda row: f"{reverse('run:page')}?endpoint={row.status.endpoints[0].pk}",
    fits=_is_up,
)
EDIT = Link("edit", "host.edit", _("Edit"), "settings", _HEAD)
MUTE = Link(
    "mute",
    "host.mute",
    _("Maintenance…"),
    "bell-off",
    _HEAD,
    Opens.DIALOG,
    fits=lambda row: not getattr(row, "muted", None),
)
ROTATE = Link(
    "rotate_key",
    "host.rotate_key",
    _("Rotate keys"),
    "key-round",
    places(Place.BULK),
    Opens.DIALOG,
    bulk="/hosts/rotate/",
)
BUTTONS = (ADD, RECONNECT, DOCTOR, RUN, EDIT, LOCK_IN_HEAD, MUTE, ROTATE)
