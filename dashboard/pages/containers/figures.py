"""CPU and memory of containers: filters, sorts and cells of the list."""

import re
from decimal import Decimal
from typing import Final

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard.live.spec import BadValue, Figures, FigureSpec, Token
from hosts import sizes
from hosts.access import Person, objects_with, visible_endpoints
from hosts.models import Container

VERB: Final = "container.stats"
_MOST: Final = 2**62
_ASKED: Final = re.compile(r"([<>])=?\s*(\d{1,9}(?:[.,]\d{1,3})?)\s*([a-z%]*)")


def _read(value: str) -> tuple[str, Decimal, str]:
    """("gt" or "lt", number, unit in lower case)."""
    found = _ASKED.fullmatch(value.lower())
    if found is None:
        raise BadValue(_("Write cpu:>50 (% of a core) or memory:>1g, with > or <."))
    number = Decimal(found[2].replace(",", "."))
    return {">": "gt", "<": "lt"}[found[1]], number, found[3]


def _cpu(value: str) -> Q:
    compare, number, unit = _read(value)
    if unit not in ("", "%"):
        raise BadValue(_("CPU is compared in % of a core: cpu:>50."))
    return Q(**{f"figures__cpu__{compare}": min(int(number * 100), _MOST)})


def _memory(value: str) -> Q:
    compare, number, unit = _read(value)
    if unit == "%":
        part = F("figures__limit_bytes") * number / 100
        return Q(figures__limit_bytes__gt=0) & Q(**{f"figures__memory_bytes__{compare}": part})
    size = sizes.read(f"{number}{unit or 'm'}")
    if size is None:
        raise BadValue(
            _("Memory is compared as memory:>512m, memory:>1g or memory:>80% of a limit.")
        )
    return Q(**{f"figures__memory_bytes__{compare}": size})


TOKENS = (
    Token(
        "cpu",
        gettext_lazy("% of a core: cpu:>50"),
        _cpu,
        lambda person, typed: (">50", ">80", ">100", "<1"),
    ),
    Token(
        "memory",
        gettext_lazy("memory:>1g, or % of its limit: memory:>80%"),
        _memory,
        lambda person, typed: (">1g", ">512m", ">80%", "<10m"),
    ),
)


def figures_of(person: Person, keys: list[int]) -> Figures:
    """Row id to [CPU in 0.01 % of a core, memory, its limit or 0 (bytes)]. Only rows with the right to
    stats.
    """
    rows = Container.objects.filter(objects_with(person, VERB), pk__in=keys)
    found = rows.filter(figures__isnull=False).values_list(
        "pk", "figures__cpu", "figures__memory_bytes", "figures__limit_bytes"
    )
    return {pk: [cpu, memory, limit] for pk, cpu, memory, limit in found}


def silent(person: Person) -> list[str]:
    """Sentences about hosts whose containers are not measured, one for each reason."""
    seen = visible_endpoints(person).filter(enabled=True, host__enabled=True)
    seen = seen.select_related("host").order_by("host__name", "pk")
    names: dict[str, list[str]] = {}
    away = [one for one in seen.exclude(state__in=("up", "degraded")) if one.state != "disabled"]
    if away:
        names["away"] = [str(endpoint) for endpoint in away]
    there = seen.filter(state__in=("up", "degraded")).exclude(stats_standing__reason_kind="")
    for endpoint in there.filter(stats_standing__isnull=False).select_related("stats_standing"):
        names.setdefault(endpoint.stats_standing.reason_kind, []).append(str(endpoint))
    return [_words(kind, len(here), here) for kind, here in names.items()]


def _words(kind: str, count: int, names: list[str]) -> str:
    why = {
        "away": _("not connected"),
        "cgroups-v1": _("rootless Podman on cgroups v1 cannot read them"),
        "too-old": _("Podman is older than 4.0"),
    }.get(kind, _("Podman could not read them"))
    some = ", ".join(names[:3]) + (" …" if count > 3 else "")
    text = ngettext(
        "%(n)d host reports no figures (%(names)s): %(why)s. Its containers are last.",
        "%(n)d hosts report no figures (%(names)s): %(why)s. Their containers are last.",
        count,
    )
    return text % {"n": count, "names": some, "why": why}


FIGURES = FigureSpec(
    verb=VERB,
    sorts={"cpu": "figures__cpu", "memory": "figures__memory_bytes"},
    tokens=frozenset({"cpu", "memory"}),
    read=figures_of,
    silent=silent,
)
