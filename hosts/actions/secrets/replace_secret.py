"""secret.replace: a new value under the same name. Sending it twice does no harm.

Containers keep the old value until they are recreated.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.creation import with_job_label
from hosts.actions.object_orders import ObjectRef
from hosts.actions.secrets.secret_value import checked_value, log_hash
from hosts.cards import Lock, Right, Road
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Job
from hosts.podman import secrets, system
from hosts.podman.errors import Conflict, NotFound

VERB = "secret.replace"


def ask(person: Person, ref: ObjectRef, *, value: bytes) -> Job:
    """Request a new value. FieldRefusal, NotVisible, Denied."""
    row = get_object(person, "secret", *ref, verb=VERB)
    value = checked_value(value)
    order = Order(
        endpoint=row.endpoint,
        kind="secret",
        object_id=row.podman_id,
        name=row.name,
        params={"name": row.name, **log_hash(value)},
        secrets=value,
    )
    return ask_job(person, VERB, order, queue="short")


async def do(errand: Errand) -> dict[str, Any]:
    """Replace it with its labels and driver. Where Podman cannot, remove and create it."""
    value = await errand.secrets()
    if value is None:
        raise ActionFailed(_("The value was erased before it reached the host: enter it again."))
    name = errand.params["name"]
    try:
        found = await secrets.inspect(errand.podman, name)
    except NotFound as gone:
        if not errand.before:
            raise ActionFailed(
                _("The secret “%s” no longer exists.") % name, gone.message
            ) from gone
        # an earlier try removed it and did not create it again
        found = {"Spec": errand.before}
    spec = found.get("Spec") or {}
    driver = spec.get("Driver") or {}
    labels = with_job_label(spec.get("Labels") or {}, errand.job_id)
    # only the driver's name: its options are folders of the host
    keep = {"Labels": spec.get("Labels") or {}, "Driver": {"Name": driver.get("Name") or "file"}}
    await errand.about_to_send(keep)
    try:
        secret_id = await secrets.create(
            errand.podman, name, value, labels=labels, driver=keep["Driver"]["Name"], replace=True
        )
    except Conflict:
        # before 4.7 Podman ignores `replace`
        errand.say(_("This Podman cannot replace a secret: it was removed and created again."))
        await secrets.remove(errand.podman, name)
        secret_id = await secrets.create(
            errand.podman, name, value, labels=labels, driver=keep["Driver"]["Name"]
        )
    return {"kind": "secret", "id": secret_id}


async def settle(errand: Errand) -> Settlement:
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(
        gettext_lazy("Replace secrets"),
        gettext_lazy("Give a secret another value: whatever uses it may stop working"),
        sensitive=True,
    ),
    road=Road(why="a secret reaches a container by a spec alone"),
    lock=Lock.CHANGES,
    words=(gettext_lazy("Replace"), gettext_lazy("replaced the secret")),
    causes=("secret.create", "secret.remove"),
    params=("value",),
)
