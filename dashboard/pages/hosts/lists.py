"""The list of hosts."""

from dataclasses import replace
from typing import Any

from django.db.models import FloatField, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.host_status import FRESH, host_statuses
from dashboard.furniture.offer import in_bulk
from dashboard.live.spec import BadValue, Column, ListSpec, Token, register
from dashboard.live.tokens import KEY, contains, group_names, host_names, matching, one_of
from dashboard.offers.hosts import BUTTONS
from hosts.access import Person, endpoints_with, visible_hosts
from hosts.link.certificates import WARN_BEFORE
from hosts.models import Endpoint, Host, Login, StatsStanding


def _in(state: str) -> Q:
    logins = Login.objects.filter(state=state).values("host_id")
    endpoints = Endpoint.objects.filter(state=state).values("host_id")
    return Q(enabled=True) & (Q(pk__in=logins) | Q(pk__in=endpoints))


STATES = {name: _in(name) for name in ("connecting", "degraded", "away", "stopped")}
STATES["up"] = Q(enabled=True, pk__in=Login.objects.filter(state="up").values("host_id"))
STATES["disabled"] = Q(enabled=False)


def _certificate(value: str) -> Q:
    until = {"ends": timezone.now() + WARN_BEFORE, "ended": timezone.now()}.get(value.lower())
    if until is None:
        raise BadValue(_("certificate: ends (within two weeks) or ended."))
    return Q(pk__in=Login.objects.filter(certificate_until__lt=until).values("host_id"))


def _prepare(rows: list[Any], person: Person) -> None:
    found = host_statuses(rows, person)
    for row in rows:
        row.status = found[row.pk]


def _with_use(person: Person) -> QuerySet[Host]:
    """Hosts with the share of CPU and memory that their containers use, where the person sees all of it."""
    fresh = StatsStanding.objects.filter(
        endpoint__host=OuterRef("pk"),
        reason_kind="",
        sampled_at__gt=timezone.now() - FRESH,
    )
    if (ids := endpoints_with(person, "host.view")) is not None:
        fresh = fresh.filter(endpoint_id__in=ids)
    here = fresh.order_by().values("endpoint__host")

    def part(used: str, every: str) -> Subquery:
        # without the cast this is an integer division
        of = Cast(Sum(used), FloatField()) / NullIf(Max(every), 0)
        return Subquery(here.annotate(part=of).values("part"), output_field=FloatField())

    return visible_hosts(person).annotate(
        cpu_used=part("cpu", "cpus"), memory_used=part("memory_bytes", "machine_bytes")
    )


SPEC = register(
    ListSpec(
        name="hosts",
        verb="host.view",
        noun=(_("host"), _("hosts")),
        base=_with_use,
        tokens=(
            one_of("state", _("state"), STATES),
            Token("host", _("name, * for any end"), lambda v: matching("name", v), host_names),
            Token("group", _("group"), lambda v: Q(groups__name__iexact=v), group_names),
            contains("address", _("part of the address"), "address"),
            Token(
                "certificate", _("its end"), _certificate, lambda person, typed: ("ends", "ended")
            ),
            KEY,
        ),
        text=lambda value: (
            Q(name__icontains=value) | Q(address__icontains=value) | Q(notes__icontains=value)
        ),
        columns=(
            Column("name", _("Name"), "name"),
            Column("state", _("State")),
            Column("small", _("Podman"), rank=3),
            Column("middle", _("Containers"), rank=2),
            # Podman's API has no usage of the whole machine
            Column("cpu", _("Containers' CPU"), "-cpu", rank=3, figure=True),
            Column("memory", _("Containers' memory"), "-memory", rank=3, figure=True),
            Column("load", _("Disk"), rank=3, figure=True),
        ),
        sorts={
            "name": ("name", "id"),
            "created": ("created_at", "id"),
            "cpu": ("cpu_used", "id"),
            "memory": ("memory_used", "id"),
        },
        nullable=frozenset({"cpu", "memory"}),
        default_sort="name",
        row_template="hosts/row.html",
        topics=frozenset({"hosts", "containers"}),
        fingerprint=lambda row: f"{row.status.mark()}.{row.changed_at.timestamp()}",
        prepare=_prepare,
        bulk=in_bulk(BUTTONS),
        empty={
            "icon": "server",
            "title": _("No hosts yet"),
            "text": _("To add one, an address and an account are enough. No agent is needed."),
            "hint": _("name, or state:away group:prod …"),
        },
    )
)
HEAD = register(
    replace(SPEC, name="host-head", row_template="hosts/head.html", columns=(), bulk=())
)
SUMMARY = register(replace(HEAD, name="host-summary", row_template="hosts/summary.html"))
QUICK = (
    (_("All"), ""),
    (_("Up"), "state:up"),
    (_("Away"), "state:away"),
    (_("Needs action"), "state:stopped"),
    (_("Disabled"), "state:disabled"),
)
