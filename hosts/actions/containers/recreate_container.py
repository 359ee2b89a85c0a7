"""container.recreate: replace a container by a changed one. Settled by label and id (swap_container).

New environment values are sealed. The worker reads the values that stay from the old container.
"""

import json
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.containers.swap_container import SWAP_EVENTS, mend_swap, settle_swap, swap
from hosts.actions.images.references import parse_full
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.actions.run import run_spec
from hosts.actions.run.existing import inspect_with_image, read_existing
from hosts.actions.run.log_params import log_params
from hosts.actions.run.narrow_grants import judge_image, narrowed_container
from hosts.actions.run.permit_spec import permit_spec
from hosts.actions.run.run_conflicts import conflicts
from hosts.actions.run.run_container import bring_image
from hosts.actions.run.run_fields import KEPT
from hosts.actions.run.table import FIELDS
from hosts.capabilities import version_of
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import Proposal
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.models import Job
from hosts.refusals import Refusal

VERB = "container.recreate"


def ask(
    person: Person,
    ref: ObjectRef,
    *,
    params: dict[str, Any],
    env: dict[str, str],
    watch_s: int | None = None,
) -> Job:
    """Request it. `params` and `env` as for run_container.ask. The value KEPT keeps the old value. Refusal
    (a short image name, or what Podman would refuse), NotVisible, Denied.
    """
    row = get_object(person, "container", *ref, verb=VERB)
    params = {**params, "image": str(parse_full(params["image"]))}
    for refused in conflicts(
        params, rootless=row.endpoint.rootless, version=version_of(row.endpoint)
    ).values():
        raise Refusal(refused)
    # the person's access must cover the new container too
    new = {**params, "name": params.get("name") or row.name}
    container = narrowed_container(person, row.endpoint, VERB, new)
    kept = sorted(name for name, value in env.items() if value == KEPT)
    given = {name: value for name, value in env.items() if value != KEPT}
    params |= {"env_names": sorted(given), "kept": kept, "name": params.get("name") or row.name}
    params |= {"watch_s": watch_s} if watch_s is not None else {}
    order = order_for(
        row, "container", params, secrets=json.dumps(given).encode() if given else None
    )
    proposal = run_spec.proposal(VERB, params, row.endpoint)
    order = replace(order, proposal=proposal)
    return ask_job(
        person,
        VERB,
        replace(order, log_params=log_params(params), container=container),
        queue="long",
    )


async def do(errand: Errand) -> dict[str, Any]:
    """Pull the image, create the new container, swap."""
    return await swap(errand, lambda _old: _spec(errand))


async def _spec(errand: Errand) -> tuple[dict[str, Any], Proposal]:
    if not errand.broken:
        await bring_image(errand)
    sealed = await errand.secrets()
    env: dict[str, str] = json.loads(sealed) if sealed else {}
    if kept := errand.params.get("kept"):
        existing = read_existing(
            await inspect_with_image(errand.podman, errand.object_id), errand.endpoint.pk
        ).env
        for name in kept:
            if name in existing:
                env[name] = existing[name]
            else:
                errand.say(_("%s is no longer one of its variables.") % name)
    spec = run_spec.build(errand.params, env, job_id=errand.job_id)
    spec = run_spec.with_order_note(
        spec, errand.params, job_id=errand.job_id, endpoint_id=errand.endpoint.pk
    )
    spec = run_spec.for_version(spec, version_of(errand.endpoint))
    await judge_image(errand, spec)
    return spec, await permit_spec(errand, spec)


ACTION = Action(
    VERB,
    ask,
    do,
    settle_swap,
    queue="long",
    mend=mend_swap,
    right=Right(
        gettext_lazy("Edit and recreate"),
        gettext_lazy(
            "Replace a container by a changed one: other image, command, mounts, ports, environment"
        ),
        sensitive=True,
        needs=("container.inspect",),
    ),
    road=MAKES,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Recreate"), gettext_lazy("recreated")),
    causes=SWAP_EVENTS,
    # values that may be secret (command, labels, …) are logged as a keyed hash
    params=("env_names", "kept", "watch_s", *(one.param for one in FIELDS.values() if one.logged)),
)
