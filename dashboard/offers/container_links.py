"""Pages of a container that stand among the verbs: in its row, in its menu, in Ctrl-K."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.places import Link, Opens, Place, places


def _own(row: Any) -> bool:
    """Somebody put it there: the infra container of a pod has no shell and says nothing."""
    return not row.is_infra


def _reached(row: Any) -> bool:
    return _own(row) and row.endpoint.state in ("up", "degraded")


LOGS = Link(
    "logs",
    "container.logs",
    _("Logs"),
    "logs",
    places(Place.ROW, Place.BULK),
    bulk="/logs/",
    fits=_own,
    key="l",
    command=_("Logs of %(name)s"),
)
TERMINAL = Link(
    "terminal",
    "container.exec",
    _("Terminal"),
    "square-terminal",
    places(Place.ROW),
    fits=_own,
    key="t",
    command=_("Terminal in %(name)s"),
)
COMPARE = Link(
    "stats",
    "container.stats",
    _("Compare"),
    "chart-line",
    places(Place.BULK),
    bulk="/stats/compare/",
    command=_("Stats of %(name)s"),
)
FILES = Link("files", "container.files", _("Files"), "folder", command=_("Files of %(name)s"))
INSPECT = Link(
    "inspect", "container.inspect", _("Inspect"), "braces", command=_("Inspect %(name)s")
)
DUPLICATE = Link(
    "duplicate",
    "container.run",
    _("Duplicate…"),
    "copy-plus",
    places(Place.MENU),
    at=lambda row: f"{reverse('run:page')}?like={row.endpoint_id}:{row.podman_id}",
)
EXPORT = Link(
    "export",
    "container.export",
    _("Download its files"),
    "download",
    places(Place.MENU),
    Opens.FILE,
    lambda row: reverse("containertransfers:export", args=[row.endpoint_id, row.podman_id]),
    fits=_reached,
)
