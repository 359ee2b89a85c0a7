"""volume.create: settled by the label io.haulout.job. Options can hold a password, so they are sealed."""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action
from hosts.actions.creation import (
    checked_labels,
    checked_name,
    endpoint_for_new,
    job_filter,
    with_job_label,
)
from hosts.actions.second_look_objects import at_volume
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import from_storage
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Job
from hosts.podman import system, volumes
from hosts.refusals import FieldRefusal

VERB = "volume.create"
LOCAL = "local"


def ask(person: Person, endpoint_id: int, **given: Any) -> Job:
    """Request a volume. FieldRefusal names the field, NotVisible, Denied."""
    return ask_job(person, VERB, order(person, endpoint_id, **given), queue="short")


def order(
    person: Person,
    endpoint_id: int,
    *,
    name: str,
    driver: str = LOCAL,
    options: dict[str, str] | None = None,
    labels: dict[str, str] | None = None,
) -> Order:
    """The order. FieldRefusal names the field, NotVisible, Denied."""
    name = checked_name(name)
    driver = driver.strip() or LOCAL
    labels = checked_labels(labels)
    endpoint = endpoint_for_new(person, endpoint_id, VERB, kind="volume", name=name)
    options = options or {}
    drivers = ((endpoint.info or {}).get("plugins") or {}).get("volume") or []
    # “image” is built in and not in Podman's list of drivers
    if drivers and driver not in (*drivers, "image"):
        raise FieldRefusal(
            "driver",
            _("%(host)s has no driver “%(driver)s”; it has %(drivers)s.")
            % {"host": endpoint, "driver": driver, "drivers": ", ".join(drivers)},
        )
    return Order(
        endpoint=endpoint,
        kind="volume",
        object_id="",
        name=name,
        params={
            "name": name,
            "driver": driver,
            "labels": labels,
            "option_names": sorted(options),
        },
        secrets=json.dumps(options).encode() if options else None,
        proposal=from_storage.volume(
            VERB, name=name, driver=driver, options=options, labels=labels
        ),
    )


async def do(errand: Errand) -> dict[str, Any]:
    """Make it and look at it; one that an earlier try of this job made is looked at again."""
    made = await volumes.list_volumes(errand.podman, filters=job_filter(errand.job_id))
    sealed = await errand.secrets()
    wanted: dict[str, Any] = {
        "name": errand.params["name"],
        "driver": errand.params["driver"],
        "labels": with_job_label(errand.params["labels"], errand.job_id),
        "options": json.loads(sealed) if sealed else {},
    }
    await errand.permit(from_storage.volume(VERB, **wanted))
    if made:
        volume = made[0]
    else:
        await errand.about_to_send()
        volume = await volumes.create(errand.podman, **wanted)
    await at_volume(errand, volume["Name"])
    return {"kind": "volume", "id": volume["Name"]}


async def settle(errand: Errand) -> Settlement:
    """`do` finds what was made by its label, so trying again is always right."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(
        gettext_lazy("Create volumes"),
        gettext_lazy(
            "Create volumes; with options, a volume can be a folder of the host unless a "
            "guardrail forbids it"
        ),
        sensitive=True,
    ),
    road=MAKES,
    lock=Lock.MAKES,
    words=(gettext_lazy("Create"), gettext_lazy("created the volume")),
    params=("option_names",),
)
