"""secret.create: settled by the label io.haulout.job."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Denied, NotVisible, Person
from hosts.actions.action import Action
from hosts.actions.creation import checked_labels, checked_name, endpoint_for_new, with_job_label
from hosts.actions.secrets.secret_value import checked_value, log_hash
from hosts.cards import Lock, Right, Road
from hosts.inventory.job_marks import JOB_LABEL, is_mark
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.ask import ask_batch
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Batch, Job
from hosts.podman import secrets
from hosts.podman.errors import NotFound

VERB = "secret.create"


def ask(
    person: Person,
    endpoint_id: int,
    *,
    name: str,
    value: bytes,
    labels: dict[str, str] | None = None,
) -> Job:
    """Request a secret. FieldRefusal names the field, NotVisible, Denied."""
    order = _order(person, endpoint_id, name=name, value=value, labels=labels)
    return ask_job(person, VERB, order, queue="short")


def ask_many(
    person: Person,
    endpoint_ids: list[int],
    *,
    name: str,
    value: bytes,
    labels: dict[str, str] | None = None,
) -> Batch:
    """Request it on several endpoints. Those without the right are listed in `skipped`. FieldRefusal where
    one has that name already. Then nothing is requested.
    """
    orders: list[Order] = []
    skipped: list[dict[str, str]] = []
    for endpoint_id in dict.fromkeys(endpoint_ids):
        try:
            orders.append(_order(person, endpoint_id, name=name, value=value, labels=labels))
        except NotVisible:
            skipped.append({"name": name, "host": str(endpoint_id), "why": _("no longer exists")})
        except Denied:
            skipped.append({"name": name, "host": str(endpoint_id), "why": _("not permitted")})
    return ask_batch(person, VERB, orders, skipped=skipped, queue="short")


def _order(
    person: Person,
    endpoint_id: int,
    *,
    name: str,
    value: bytes,
    labels: dict[str, str] | None,
) -> Order:
    name = checked_name(name)
    value = checked_value(value)
    labels = checked_labels(labels)
    endpoint = endpoint_for_new(person, endpoint_id, VERB, kind="secret", name=name)
    return Order(
        endpoint=endpoint,
        kind="secret",
        object_id="",
        name=name,
        params={"name": name, "labels": labels, **log_hash(value)},
        secrets=value,
    )


async def do(errand: Errand) -> dict[str, Any]:
    """Create it. One of an earlier try is used as it is."""
    made = await _secret_of_job(errand)
    if made:
        return {"kind": "secret", "id": made}
    value = await errand.secrets()
    if value is None:
        raise ActionFailed(_("The value was erased before it reached the host: enter it again."))
    await errand.about_to_send()
    labels = with_job_label(errand.params["labels"], errand.job_id)
    secret_id = await secrets.create(errand.podman, errand.params["name"], value, labels=labels)
    return {"kind": "secret", "id": secret_id}


async def _secret_of_job(errand: Errand) -> str:
    """The id, if this job made it. By name, since lists of secrets have no label filter."""
    try:
        found = await secrets.inspect(errand.podman, errand.params["name"])
    except NotFound:
        return ""
    labels = (found.get("Spec") or {}).get("Labels") or {}
    ours = is_mark(str(labels.get(JOB_LABEL, "")), errand.job_id)
    return str(found.get("ID", "")) if ours else ""


async def settle(errand: Errand) -> Settlement:
    """`do` finds a secret with the job's label. One without it leaves the outcome open."""
    if await _secret_of_job(errand):
        return Settlement.AGAIN
    try:
        await secrets.inspect(errand.podman, errand.params["name"])
    except NotFound:
        return Settlement.AGAIN
    return Settlement.UNKNOWN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(gettext_lazy("Create secrets"), gettext_lazy("Create secrets")),
    road=Road(why="a secret reaches a container by a spec alone"),
    lock=Lock.MAKES,
    words=(gettext_lazy("Create"), gettext_lazy("created the secret")),
    params=("value",),
)
