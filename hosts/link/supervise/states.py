"""The status of logins and endpoints, written when it changes. Steps for `Database.write`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils import timezone

from audit import write
from audit.shapes import Target, Who
from hosts.inventory.batch import LeaseLost, WriteBatch, require_lease
from hosts.link.supervise.roster import LoginPlan
from hosts.models import Endpoint, Login
from hosts.models.hosts import State
from hosts.stats.store import drop_figures

LINK = Who(name="Haulout", door="link")
_ALARMS = {
    "host-key-changed": "host.key_changed",
    "key-refused": "host.key_refused",
}


@dataclass(frozen=True, slots=True)
class Status:
    """A state with its reason and cure. `kind`: a LinkError's, or empty."""

    state: str
    kind: str = ""
    reason: str = ""
    cure: str = ""

    def fields(self) -> dict[str, str]:
        """As columns of Login and Endpoint."""
        return {
            "state": self.state,
            "reason_kind": self.kind[:40],
            "reason": self.reason[:2000],
            "cure": self.cure[:2000],
        }


CONNECTING = Status(State.CONNECTING)
UP = Status(State.UP)
DISABLED = Status(State.DISABLED)


def write_login_status(
    plan: LoginPlan,
    epoch: int,
    status: Status,
    *,
    next_try_at: datetime | None = None,
    quietly: bool = False,
) -> Callable[[WriteBatch], None]:
    """Write a login's status; unless it is up, its endpoints get the same. Raises LeaseLost.

    `since` moves only with the state. `quietly`: leave a login that is away as it is, so that it
    is not shown as connecting at each try.
    """

    def step(batch: WriteBatch) -> None:
        mine = Login.objects.filter(pk=plan.id, epoch=epoch)
        before = mine.values_list("state", "reason_kind").first()
        if before is None:
            raise LeaseLost
        if quietly and before[0] == State.AWAY:
            return
        fields: dict[str, Any] = {**status.fields(), "next_try_at": next_try_at}
        if before[0] != status.state:
            fields["since"] = timezone.now()
        mine.update(**fields)
        batch.topics.add("hosts")
        if status.state != State.UP:
            write_endpoint_status([one.id for one in plan.endpoints], status)(batch)
        if before != (status.state, status.kind) and status.kind in _ALARMS:
            batch.last.append(partial(_alarm, plan, status))

    return step


def _alarm(plan: LoginPlan, status: Status) -> None:
    target = Target(
        kind="host",
        id=plan.host_id,
        name=plan.host_name,
        host_id=plan.host_id,
        host_name=plan.host_name,
    )
    write.event(LINK, _ALARMS[status.kind], target, detail=status.reason)


def write_endpoint_status(
    endpoint_ids: Sequence[int], status: Status
) -> Callable[[WriteBatch], None]:
    """Write these endpoints' status; `since` moves only with the state."""

    def step(batch: WriteBatch) -> None:
        now = timezone.now()
        rows = Endpoint.objects.filter(pk__in=endpoint_ids)
        fields = status.fields()
        moved = rows.exclude(state=status.state).update(**fields, since=now)
        same = rows.filter(state=status.state).exclude(
            Q(reason_kind=fields["reason_kind"]) & Q(reason=fields["reason"])
        )
        if moved and status.state not in (State.UP, State.DEGRADED):
            # old figures would stand in lists beside new ones
            drop_figures(endpoint_ids)
        if moved + same.update(**fields):
            batch.topics.add("hosts")

    return step


def write_login_columns(
    login_id: int, epoch: int, columns: dict[str, Any]
) -> Callable[[WriteBatch], None]:
    """Write what the connection of a login showed. Raises LeaseLost."""

    def step(batch: WriteBatch) -> None:
        if not Login.objects.filter(pk=login_id, epoch=epoch).update(**columns):
            raise LeaseLost
        batch.topics.add("hosts")

    return step


def write_endpoint_columns(
    endpoint_id: int, login_id: int, epoch: int, columns: dict[str, Any], *, bell: bool = True
) -> Callable[[WriteBatch], None]:
    """Write what the host of an endpoint told. Raises LeaseLost."""

    def step(batch: WriteBatch) -> None:
        require_lease(batch, login_id, epoch)
        if not Endpoint.objects.filter(pk=endpoint_id, login_id=login_id).update(**columns):
            raise LeaseLost
        if bell:
            batch.topics.add("hosts")

    return step


def write_disabled(
    login_ids: Sequence[int], endpoint_ids: Sequence[int]
) -> Callable[[WriteBatch], None]:
    """Show as disabled what a person disabled."""

    def step(batch: WriteBatch) -> None:
        fields = DISABLED.fields()
        Login.objects.filter(pk__in=login_ids).update(
            **fields, next_try_at=None, since=timezone.now()
        )
        Endpoint.objects.filter(pk__in=endpoint_ids).update(**fields, since=timezone.now())
        batch.topics.add("hosts")

    return step


def write_link_ended(plans: Sequence[LoginPlan], *, owner: str) -> Callable[[WriteBatch], None]:
    """The link ends in order: nobody knows any longer whether its logins are up."""

    def step(batch: WriteBatch) -> None:
        status = Status(State.CONNECTING, "", "Haulout's link is not running.")
        mine = Login.objects.filter(pk__in=[plan.id for plan in plans], owner=owner)
        held = mine.exclude(state__in=(State.STOPPED, State.DISABLED))
        ids = set(held.values_list("pk", flat=True))
        held.update(**status.fields(), next_try_at=None, since=timezone.now())
        endpoints = [one.id for plan in plans if plan.id in ids for one in plan.endpoints]
        write_endpoint_status(endpoints, status)(batch)
        batch.topics.add("hosts")

    return step
