"""Shared by every `ask`: fetches and authorises each object, then orders the job."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from hosts.access import Denied, NotVisible, Person, as_container, get_object, require
from hosts.access.fetch import target_of
from hosts.actions.locked_dependents import refuse_locked_dependents
from hosts.jobs.ask import ask, ask_batch
from hosts.jobs.errand import Errand, NotAllowed
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Batch, InventoryRow, Job
from hosts.podman import Podman
from hosts.podman.errors import NotFound

# (endpoint id, object id)
ObjectRef = tuple[int, str]
# with force Podman also removes the containers that use a volume, network or image
ALONG = "container.remove"


def short_id(ref: ObjectRef) -> str:
    """A short printable id for an object that was not found."""
    return "".join(sign for sign in ref[1][:12] if sign.isprintable())


def order_for(
    row: InventoryRow, kind: str, params: dict[str, Any], *, secrets: bytes | None = None
) -> Order:
    """The order for an object of the inventory."""
    return Order(
        endpoint=row.endpoint,
        kind=kind,
        object_id=row.podman_id,
        name=row.name or row.podman_id[:12],
        params=params,
        secrets=secrets,
        container=as_container(row),
    )


def removal_params(*, force: bool) -> dict[str, Any]:
    """Parameters of `ask_object` and `ask_objects`, where force also removes containers."""
    return {"params": {"force": force}, "also": ALONG if force else ""}


async def require_forced_removal(errand: Errand) -> None:
    """NotAllowed where force would remove containers that are locked or that the person may not remove."""
    if not errand.params.get("force"):
        return
    if not await errand.allowed(ALONG):
        raise NotAllowed(
            _("This would also remove containers that use it, and you may not remove those.")
        )
    await refuse_locked_dependents(errand)


def _fetch(person: Person, kind: str, ref: ObjectRef, verb: str, also: str) -> InventoryRow:
    row = get_object(person, kind, *ref, verb=verb)
    if also:
        target = target_of(row.endpoint, kind=kind, object_id=row.podman_id, name=row.name)
        require(person, also, target, row.endpoint)
    return row


def ask_object(
    person: Person,
    verb: str,
    ref: ObjectRef,
    *,
    params: dict[str, Any],
    queue: str = "short",
    also: str = "",
) -> Job:
    """A job for one object. The kind is the verb's first word. NotVisible, Denied. `also`: another verb
    that is needed there.
    """
    kind = verb.partition(".")[0]
    row = _fetch(person, kind, ref, verb, also)
    return ask(person, verb, order_for(row, kind, params), queue=queue)


def ask_objects(
    person: Person,
    verb: str,
    refs: Iterable[ObjectRef],
    *,
    params: dict[str, Any],
    queue: str = "short",
    also: str = "",
) -> Batch:
    """A batch for many objects. Those that the person may not change are listed in `skipped`."""
    kind = verb.partition(".")[0]
    orders: list[Order] = []
    skipped: list[dict[str, str]] = []
    for ref in dict.fromkeys(refs):
        try:
            orders.append(order_for(_fetch(person, kind, ref, verb, also), kind, params))
        except NotVisible:
            skipped.append({"name": short_id(ref), "host": "", "why": _("no longer exists")})
        except Denied:
            skipped.append({"name": short_id(ref), "host": "", "why": _("not permitted")})
    return ask_batch(person, verb, orders, skipped=skipped, queue=queue)


def plain_asks(
    verb: str,
) -> tuple[Callable[[Person, ObjectRef], Job], Callable[[Person, list[ObjectRef]], Batch]]:
    """(`ask`, `ask_many`) of a verb without options, as `ask_object` and `ask_objects`."""

    def ask(person: Person, ref: ObjectRef) -> Job:
        return ask_object(person, verb, ref, params={})

    def ask_many(person: Person, refs: list[ObjectRef]) -> Batch:
        return ask_objects(person, verb, refs, params={})

    return ask, ask_many


def done_when_gone(
    inspect: Callable[[Podman, str], Awaitable[object]],
) -> Callable[[Errand], Awaitable[Settlement]]:
    """`settle` of a removal: done when `inspect` does not find the id any more."""

    async def settle(errand: Errand) -> Settlement:
        try:
            await inspect(errand.podman, errand.object_id)
        except NotFound:
            return Settlement.DONE
        return Settlement.AGAIN

    return settle
