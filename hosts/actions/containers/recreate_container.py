"""container.recreate: another container in the place of this one. Settled by label and id (swapping).

The new values of the environment are sealed; those that stay are read from the old container by
the worker, and pass nobody's eyes.
"""

import json
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.asking import ObjectRef, order_for
from hosts.actions.containers.swapping import OF_A_SWAP, mend_swap, settle_swap, swap
from hosts.actions.images.references import parse_full
from hosts.actions.run import run_spec
from hosts.actions.run.existing import existing, look
from hosts.actions.run.narrowed import judge_image, thing_for
from hosts.actions.run.permitted import permit_made
from hosts.actions.run.run_conflicts import conflicts
from hosts.actions.run.run_container import bring_image
from hosts.actions.run.run_fields import KEPT
from hosts.actions.run.table import FIELDS
from hosts.actions.run.told import told
from hosts.capabilities import version_of
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import Proposed
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
    """Ask for it. `params` and `env` as run_container.ask takes them; KEPT as a value keeps the old.

    Refusal (no full image name, or what Podman would refuse), NotVisible, Denied.
    """
    row = get_object(person, "container", *ref, verb=VERB)
    params = {**params, "image": str(parse_full(params["image"]))}
    for refused in conflicts(
        params, rootless=row.endpoint.rootless, version=version_of(row.endpoint)
    ).values():
        raise Refusal(refused)
    # the new one must be among those that the person has access to, as the old one is
    new = {**params, "name": params.get("name") or row.name}
    thing = thing_for(person, row.endpoint, VERB, new)
    kept = sorted(name for name, value in env.items() if value == KEPT)
    given = {name: value for name, value in env.items() if value != KEPT}
    params |= {"env_names": sorted(given), "kept": kept, "name": params.get("name") or row.name}
    params |= {"watch_s": watch_s} if watch_s is not None else {}
    order = order_for(
        row, "container", params, secrets=json.dumps(given).encode() if given else None
    )
    proposed = run_spec.proposed(VERB, params, row.endpoint)
    order = replace(order, proposed=proposed)
    return ask_job(person, VERB, replace(order, told=told(params), thing=thing), queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Bring the image, make the new one, swap."""
    return await swap(errand, lambda _old: _spec(errand))


async def _spec(errand: Errand) -> tuple[dict[str, Any], Proposed]:
    if not errand.broken:
        await bring_image(errand)
    sealed = await errand.secrets()
    env: dict[str, str] = json.loads(sealed) if sealed else {}
    if kept := errand.params.get("kept"):
        there = existing(await look(errand.podman, errand.object_id), errand.endpoint.pk).env
        for name in kept:
            if name in there:
                env[name] = there[name]
            else:
                errand.say(_("%s is no longer among its variables.") % name)
    spec = run_spec.build(errand.params, env, job_id=errand.job_id)
    spec = run_spec.noted(spec, errand.params, job_id=errand.job_id, endpoint_id=errand.endpoint.pk)
    spec = run_spec.suited(spec, version_of(errand.endpoint))
    await judge_image(errand, spec)
    return spec, await permit_made(errand, spec)


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
    causes=OF_A_SWAP,
    # what may hold a secret (command, labels, …) is told as a keyed hash
    params=("env_names", "kept", "watch_s", *(one.param for one in FIELDS.values() if one.told)),
)
