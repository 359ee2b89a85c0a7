"""All hosts with their state, for the parts of the overview."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from dashboard.furniture.host_status import HostStatus, host_statuses
from hosts.access import Person, visible_hosts
from hosts.models import Host

MOST_HOSTS = 1000


@dataclass(frozen=True, slots=True)
class Fleet:
    """Enabled hosts by name. `standings`: by host id."""

    hosts: list[Host]
    statuses: dict[int, HostStatus]


_kept: ContextVar[list[Fleet] | None] = ContextVar("fleet of this page", default=None)


@contextmanager
def fleet_read_once() -> Iterator[None]:
    """Within this context, `fleet` reads once: for one page of one person."""
    token = _kept.set([])
    try:
        yield
    finally:
        _kept.reset(token)


def fleet(person: Person) -> Fleet:
    """The hosts that the person sees."""
    kept = _kept.get()
    if kept:
        return kept[0]
    hosts = list(visible_hosts(person).filter(enabled=True).order_by("name")[:MOST_HOSTS])
    found = Fleet(hosts, host_statuses(hosts, person))
    if kept is not None:
        kept.append(found)
    return found
