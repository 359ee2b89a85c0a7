"""Totals of the fleet, and the containers that use most."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dashboard.live.visibility import scope_to_visible
from dashboard.pages.overview.fleet import Fleet
from dashboard.streams.stats_subject import VERB
from dashboard.templatetags.face import size
from hosts.access import Person, objects_with
from hosts.models import Container
from hosts.stats.metrics import CPU_PER_CORE

MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all visible hosts. CPU in cores, memory in bytes, 0 when unknown."""

    hosts: int
    states: tuple[tuple[str, int], ...]
    running: int
    containers: int
    cores_used: float
    cores: int
    memory_used: int
    memory: int

    pk = 1

    @property
    def mark(self) -> str:
        """Changes when the panel reads differently."""
        figures = f"{self.cores_used:.1f}.{self.cores}.{size(self.memory_used)}.{self.memory}"
        return f"{self.hosts}.{self.states}.{self.running}.{self.containers}.{figures}"


_ORDER: Final = ("up", "stopped", "away", "degraded", "connecting")


def totals(seen: Fleet) -> Totals:
    every = [seen.statuses[host.pk] for host in seen.hosts]
    states = Counter(status.state for status in every)
    measured = [one for one in every if one.used_cpu is not None]
    return Totals(
        hosts=len(every),
        states=tuple((name, states[name]) for name in _ORDER if states[name]),
        running=sum(one.running for one in every),
        containers=sum(one.containers for one in every),
        cores_used=sum((one.used_cpu or 0.0) * one.cpus for one in measured),
        cores=sum(one.cpus for one in measured),
        memory_used=sum(one.used_memory or 0 for one in measured),
        memory=sum(one.memory_bytes for one in measured),
    )


@dataclass(frozen=True, slots=True)
class TopContainer:
    """A container that uses much. `share`: 0…1 of a core or of the limit; None without a limit."""

    row: Container
    text: str
    share: float | None

    @property
    def pk(self) -> int:
        return self.row.pk

    @property
    def mark(self) -> str:
        return f"{self.row.name}.{self.row.endpoint}.{self.text}.{self.share}"


def most_cpu(person: Person) -> list[Any]:
    """The five containers that use most CPU, in % of a core."""

    def top(row: Container) -> TopContainer:
        percent = row.figures.cpu / (CPU_PER_CORE / 100)
        digits = 0 if percent >= 10 else 1
        return TopContainer(row, f"{percent:.{digits}f} %", row.figures.cpu / CPU_PER_CORE)

    return _most(person, "cpu", top)


def most_memory(person: Person) -> list[Any]:
    """The five containers that use most memory."""

    def top(row: Container) -> TopContainer:
        used, limit = row.figures.memory_bytes, row.figures.limit_bytes
        share = used / limit if limit else None
        percent = f" · {100 * share:.0f} %" if share is not None else ""
        return TopContainer(row, f"{size(used)}{percent}", share)

    return _most(person, "memory_bytes", top)


def _most(person: Person, figure: str, top: Callable[[Container], TopContainer]) -> list[Any]:
    rows = Container.objects.select_related("endpoint__host", "figures")
    there = scope_to_visible(rows, person).filter(
        objects_with(person, VERB), figures__isnull=False, is_infra=False
    )
    order = (f"-figures__{figure}", "-figures__pk")
    return [top(row) for row in there.order_by(*order)[:MOST]]
