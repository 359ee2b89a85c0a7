"""What needs attention now, most urgent first, with the one action that helps.

Each kind is one query that stops at MOST. The rest is a link to the whole list.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.furniture.container_ends import failed, in_a_loop, loop_words, out_of_memory
from dashboard.furniture.failures import messages_of
from dashboard.furniture.host_status import DISK_FULL, HostStatus
from dashboard.live.visibility import scope_to_visible, verbs_for
from dashboard.pages.overview import alarms, approvals, certificates, queues
from dashboard.pages.overview.item import MOST, Item, first_of, rest
from hosts.access import Person, allows
from hosts.actions.hosts.mute_host import current_mutes
from hosts.jobs import failures
from hosts.models import Container, Host

RECENT = timedelta(hours=24)


def items(person: Person, hosts: list[Host], found: dict[int, HostStatus]) -> list[Item]:
    """Alarms, queues without a worker, decisions, hosts, jobs, containers, certificates, disks.

    Muted hosts are left out.
    """
    quiet = set(current_mutes().values_list("host_id", flat=True))
    hosts = [host for host in hosts if host.pk not in quiet]
    return [
        *alarms.items(person),
        *queues.items(),
        *approvals.items(person),
        *_hosts(person, hosts, found),
        *_jobs(person, quiet),
        *_containers(person, quiet),
        *certificates.items(person, hosts, found),
        *_disks(hosts, found),
    ]


def _hosts(person: Person, hosts: list[Host], found: dict[int, HostStatus]) -> Iterator[Item]:
    troubled = [h for h in hosts if found[h.pk].state in ("stopped", "away", "degraded")]
    order = {"stopped": 0, "away": 1, "degraded": 2}
    troubled.sort(key=lambda host: (order[found[host.pk].state], host.name))
    for host in troubled[:MOST]:
        status = found[host.pk]
        text = {
            "stopped": _("%(name)s needs action"),
            "away": _("%(name)s is away"),
            "degraded": _("%(name)s is degraded"),
        }[status.state] % {"name": host.name}
        if certificates.stops(status):
            # a retry would not help
            yield certificates.item(person, host, status, text=text)
            continue
        key_changed = "key" in _reason_kinds(status)
        may = allows(person, "host.doctor", host)
        action = _("Compare the key") if key_changed else _("Try now") if may else ""
        yield Item(
            kind=f"host-{status.state}",
            tone="warn" if status.state == "degraded" else "bad",
            icon="server-off" if status.state != "degraded" else "server",
            text=text,
            detail=f"{status.reason} {status.cure}".strip(),
            since=status.since,
            url=reverse("hosts:page", args=[host.pk]),
            action=action,
            action_url=reverse("hosts:page", args=[host.pk])
            if key_changed
            else f"/hosts/{host.pk}/reconnect/",
            post=not key_changed,
        )
    if len(troubled) > MOST:
        more = len(troubled) - MOST
        words = ngettext("%(n)d more host in trouble", "%(n)d more hosts in trouble", more)
        yield rest(more, words, "/hosts/?q=state:away")


def _reason_kinds(status: HostStatus) -> str:
    return " ".join(login.reason_kind for login in status.logins)


def _containers(person: Person, quiet: set[int]) -> Iterator[Item]:
    there = scope_to_visible(Container.objects.select_related("endpoint__host"), person)
    if quiet:
        there = there.exclude(endpoint__host__in=quiet)
    loops = list(there.filter(in_a_loop()).order_by("-crashes", "pk")[: MOST + 1])
    unhealthy = there.filter(health="unhealthy", state="running").order_by("name", "pk")
    ended = there.filter(failed(), exited_at__gte=timezone.now() - RECENT)
    ended = ended.exclude(pk__in=[row.pk for row in loops]).order_by("-exited_at", "pk")

    def loop(row: Container) -> Item:
        text = _("%(name)s on %(host)s keeps restarting") % _names(row)
        text = f"{text}: {loop_words(row)}"
        return _container(person, row, "loop", "bad", "repeat", text, out_of_memory(row))

    def sick(row: Container) -> Item:
        text = _("%(name)s on %(host)s is unhealthy") % _names(row)
        return _container(person, row, "unhealthy", "bad", "heart-pulse", text)

    def failure(row: Container) -> Item:
        text = _("%(name)s on %(host)s exited with an error") % _names(row)
        detail = _("code %(code)s") % {"code": row.exit_code}
        if memory := out_of_memory(row):
            detail = f"{detail}, {memory}"
        return _container(person, row, "failed", "warn", "circle-x", text, detail)

    more = "/containers/?q="
    words = _("More containers keep restarting")
    yield from first_of(loops, loop, words, f"{more}state:restarting")
    words = _("More containers are unhealthy")
    yield from first_of(unhealthy, sick, words, f"{more}health:unhealthy")
    words = _("More containers exited with an error")
    yield from first_of(ended, failure, words, f"{more}state:failed")


def _jobs(person: Person, quiet: set[int]) -> Iterator[Item]:
    """Failures of the last hour, one item for each action."""
    told, others = messages_of(failures.recent(person).exclude(endpoint__host__in=quiet), MOST)
    for failure, job in told:
        yield Item(
            kind="job",
            tone="bad",
            icon="list-x",
            text=failure.text,
            since=job.finished_at,
            url=failure.url,
            action=failure.word,
            action_url=failure.url,
        )
    if others:
        url = f"{reverse('jobs:list')}?q=state:trouble"
        words = ngettext("%(n)d more action failed", "%(n)d more actions failed", len(others))
        yield rest(len(others), words, url)


def _names(row: Container) -> dict[str, Any]:
    return {"name": row.name, "host": row.endpoint}


def _container(
    person: Person, row: Container, kind: str, tone: str, icon: str, text: str, detail: str = ""
) -> Item:
    url = reverse("containers:page", args=[row.endpoint_id, row.podman_id])
    logs = "container.logs" in verbs_for(person, row)
    return Item(
        kind=kind,
        tone=tone,
        icon=icon,
        text=text,
        detail=detail,
        since={"failed": row.exited_at, "loop": row.died_at}.get(kind),
        url=url,
        action=_("Read its logs") if logs else _("Show"),
        action_url=f"{url}logs/" if logs else url,
    )


def _disks(hosts: list[Host], found: dict[int, HostStatus]) -> Iterator[Item]:
    full = [h for h in hosts if (found[h.pk].disk or 0) > DISK_FULL]
    full.sort(key=lambda host: -(found[host.pk].disk or 0))
    for host in full[:MOST]:
        percent = round((found[host.pk].disk or 0) * 100)
        yield Item(
            kind="disk",
            tone="warn",
            icon="hard-drive",
            text=_("The disk of %(name)s is %(n)d %% full") % {"name": host.name, "n": percent},
            url=f"{reverse('hosts:page', args=[host.pk])}",
            action=_("See unused images"),
            action_url=f"/images/?q=is:unused+host:{host.name}&sort=-size",
        )
