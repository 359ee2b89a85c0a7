"""Pruning by plan, for every kind of object: exactly what a person saw and chose is removed.

The plan is stored in the job. Each item is checked right before its removal. Items that are used by now
stay and are listed. A broken try continues with the next item.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from asgiref.sync import sync_to_async
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hosts.access import Denied, NotVisible, Person, get_endpoint, get_object
from hosts.guardrails.locks import lock_of, lock_words, locks_at, row_lock
from hosts.jobs.ask import ask_batch
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Batch, Endpoint, InventoryRow
from hosts.podman import Podman, system
from hosts.podman.errors import Conflict, NotFound, PodmanError
from hosts.refusals import Refusal

# a larger plan would be a long text in one job
MOST = 5000


@dataclass(frozen=True, slots=True)
class PlanItem:
    """An object of a plan. `size_bytes` 0: not known. `created` tells it from a later object with the same
    id, since a volume's id is its name.
    """

    id: str
    name: str
    size_bytes: int = 0
    created: str = ""


class PrunePlace(Protocol):
    """Where something is pruned: an errand, or a client's request at the gate. `kind`: of the objects."""

    @property
    def endpoint(self) -> Endpoint: ...
    @property
    def podman(self) -> Podman: ...
    @property
    def kind(self) -> str: ...


# why the item must stay, or "" if it can be removed. NotFound: it is gone
Look = Callable[[PrunePlace, PlanItem], Awaitable[str]]
# removes it without force. Conflict: it is in use. ItemKept: it stays for another reason
Remove = Callable[[PrunePlace, PlanItem], Awaitable[None]]


# bytes by (endpoint, id), for objects whose row has no size
Sizes = Mapping[tuple[int, str], int]


class ItemKept(Exception):
    """The host kept an item. `why`: in our words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def item_of(row: InventoryRow, sizes: Sizes | None = None) -> PlanItem:
    """The item for an inventory row."""
    size = getattr(row, "size_bytes", 0) or (sizes or {}).get((row.endpoint_id, row.podman_id))
    created = row.created_at.isoformat() if row.created_at else ""
    return PlanItem(row.podman_id, row.name or row.podman_id[:12], int(size or 0), created)


def ask_plan(
    person: Person,
    verb: str,
    refs: Iterable[tuple[int, str]],
    *,
    filters: dict[str, str],
    sizes: Sizes | None = None,
) -> Batch:
    """One job per endpoint for the objects that were shown, by endpoint and id. `filters`: how they were
    chosen, for the log. Objects that are gone or not permitted are listed in `skipped`. Refusal for an
    empty plan or one that is too long.
    """
    kind = verb.partition(".")[0]
    plans: dict[int, list[PlanItem]] = {}
    skipped: list[dict[str, str]] = []
    refs = list(dict.fromkeys(refs))
    if len(refs) > MOST:
        raise Refusal(_("At most %d at once: tick fewer.") % MOST)
    for endpoint_id, object_id in refs:
        why = ""
        try:
            row = get_object(person, kind, endpoint_id, object_id, verb=verb)
            lock = row_lock(row)
        except NotVisible:
            why = _("no longer exists")
        except Denied:
            why = _("not permitted")
        if why or row.gone:
            why = why or _("no longer exists")
            skipped.append({"name": object_id[:12], "host": str(endpoint_id), "why": why})
        elif lock is not None:
            words = {"name": row.name, "host": str(row.endpoint), "why": lock_words(lock)}
            skipped.append(words)
        else:
            plans.setdefault(endpoint_id, []).append(item_of(row, sizes))
    if not plans:
        raise Refusal(_("None of the ticked objects is left."))
    orders = [
        _order(get_endpoint(person, endpoint_id, verb), kind, items, filters)
        for endpoint_id, items in plans.items()
    ]
    return ask_batch(person, verb, orders, skipped=skipped, queue="long")


def plan_ask(verb: str) -> Callable[..., Batch]:
    """The `ask` of a verb: `ask_plan` for it."""

    def ask(
        person: Person,
        refs: list[tuple[int, str]],
        *,
        filters: dict[str, str],
        sizes: Sizes | None = None,
    ) -> Batch:
        return ask_plan(person, verb, refs, filters=filters, sizes=sizes)

    return ask


def _order(endpoint: Endpoint, kind: str, items: list[PlanItem], filters: dict[str, str]) -> Order:
    params = {"items": [asdict(item) for item in items], "filters": filters}
    name = name_of(items)
    return Order(endpoint=endpoint, kind=kind, object_id="", name=name, params=params)


def name_of(items: Sequence[PlanItem]) -> str:
    """What a plan is called: the name of its one item, or how many there are."""
    if len(items) == 1:
        return items[0].name
    return ngettext("%(n)d object", "%(n)d objects", len(items)) % {"n": len(items)}


def plan_of(errand: Errand) -> list[PlanItem]:
    """The stored plan."""
    return [PlanItem(**item) for item in errand.params["items"]]


async def carry_out(errand: Errand, *, look: Look, remove: Remove) -> dict[str, Any]:
    """Check and remove item by item. If the host goes away, the try ends and the rest goes on later. The
    result: {"removed": [names], "skipped": [{"name", "why"}], "freed_bytes": upper bound}.
    """
    plan = plan_of(errand)
    again = errand.broken or bool(errand.progress)
    errand.output.clear()
    removed: list[str] = []
    skipped: list[dict[str, str]] = []
    freed = 0
    await errand.about_to_send()
    for number, item in enumerate(plan, 1):
        why = await prune_item(errand, item, look=look, remove=remove, again=again)
        if why:
            skipped.append({"name": item.name, "why": why})
            errand.say(_("kept: %(name)s (%(why)s)") % {"name": item.name, "why": why})
        else:
            removed.append(item.name)
            freed += item.size_bytes
            errand.say(_("removed: %s") % item.name)
        await errand.report({"done": number, "of": len(plan)})
    errand.progress = {"done": len(plan), "of": len(plan)}
    return {"removed": removed, "skipped": skipped, "freed_bytes": freed}


async def prune_item(
    place: PrunePlace, item: PlanItem, *, look: Look, remove: Remove, again: bool = False
) -> str:
    """Why it stays, or "" when it is gone. `again`: an earlier try may have removed it."""
    try:
        if why := await _locked(place, item):
            return why
        if why := await look(place, item):
            return why
        await remove(place, item)
    except NotFound:
        return "" if again else _("was already removed")
    except ItemKept as kept:
        return kept.why
    except Conflict as used:
        return _("is now in use: %s") % used.message
    except PodmanError as failed:
        if failed.maybe_done or failed.status is None or failed.status == 503:
            raise
        return failed.message
    return ""


async def _locked(place: PrunePlace, item: PlanItem) -> str:
    """The sentence about its lock now, or ""."""
    locks = await sync_to_async(locks_at, thread_sensitive=False)(place.endpoint)
    lock = lock_of(locks, place.kind, item.id, item.name)
    return lock_words(lock) if lock else ""


async def settle(errand: Errand) -> Settlement:
    """Again: what is gone stays gone, the rest is checked again."""
    await system.ping(errand.podman)
    return Settlement.AGAIN
