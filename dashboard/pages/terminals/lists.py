"""The list of open terminals."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Column, ListSpec, register
from dashboard.live.tokens import HOST, KEY, any_contains, contains, equals
from hosts.access import Person, allows, endpoints_with, on_endpoints
from hosts.actions.containers.open_terminal import VERBS
from hosts.models import OpenTerminal


def visible(person: Person) -> QuerySet[OpenTerminal]:
    """Open terminals that the person may watch."""
    # a narrowed grant may cover the container of the person's own terminal
    held = [kind for kind, verb in VERBS.items() if allows(person, verb)]
    seen = Q(owner_id=person.user.pk, kind__in=held)
    for kind in held:
        seen |= Q(kind=kind) & on_endpoints(person, VERBS[kind])
    return OpenTerminal.objects.select_related("endpoint__host").filter(seen)


def _prepare(rows: list[Any], person: Person) -> None:
    for row in rows:
        row.mine = row.owner_id == person.user.pk


SPEC = register(
    ListSpec(
        name="terminals",
        verb="container.exec",
        personal=lambda person: endpoints_with(person, "container.exec") is not None,
        noun=(_("terminal"), _("terminals")),
        base=visible,
        tokens=(
            HOST,
            equals("by", _("who opened it"), "owner_name"),
            contains("container", _("part of the container's name"), "name"),
            KEY,
        ),
        text=any_contains("name", "command", "owner_name"),
        columns=(
            Column("name", _("Container")),
            Column("state", _("What runs")),
            Column("host", _("Host"), rank=2),
            Column("middle", _("Opened by"), rank=2),
            Column("ports", _("Watched by"), rank=3),
            Column("since", _("Since"), "-newest", rank=2),
            Column("acts", ""),
        ),
        sorts={"newest": ("id",)},
        default_sort="-newest",
        row_template="terminals/row.html",
        topics=frozenset({"terminals", "hosts"}),
        fingerprint=lambda row: f"{row.command}.{row.watchers}.{row.lost_at}.{row.endpoint.state}",
        prepare=_prepare,
        empty={
            "icon": "square-terminal",
            "title": _("No terminal is open"),
            "text": _("Open one on a container's page, or with t in the list of containers."),
            "hint": _("container, or by:Ada host:web1 …"),
        },
    )
)
