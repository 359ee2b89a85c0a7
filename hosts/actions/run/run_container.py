"""container.run: pull if missing, create, start. Settled by the label io.haulout.job.

The environment's values are sealed in the job's row and erased at the outcome.
"""

import asyncio
import json
import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, find_endpoint, get_endpoint
from hosts.actions import second_look
from hosts.actions.action import Action
from hosts.actions.creation import job_filter
from hosts.actions.images.pull import pull_into
from hosts.actions.images.references import parse_full
from hosts.actions.run import run_spec
from hosts.actions.run.log_params import log_params
from hosts.actions.run.narrow_grants import judge_image, narrowed_container
from hosts.actions.run.permit_spec import permit_spec
from hosts.actions.run.run_conflicts import conflicts
from hosts.actions.run.table import FIELDS
from hosts.capabilities import version_of
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import GuardrailRefused
from hosts.jobs import crash
from hosts.jobs.approvals import HeldForApproval
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand, NotAllowed
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Job
from hosts.podman import containers, images, system
from hosts.podman.errors import NotFound, PodmanError
from hosts.refusals import Refusal

VERB = "container.run"
# how long a removal may take: the container's stop timeout, and its volumes
PLACE_S = 120.0
LOOK_EVERY_S = 0.3


def ask(person: Person, endpoint_id: int, *, params: dict[str, Any], env: dict[str, str]) -> Job:
    """Request a container. `params` by the table's names (hosts.actions.run.table). `instead_of` in
    `params`: the id of a container to wait for, which another job removes. Refusal (a short image name, or
    what Podman would refuse), NotVisible, Denied.
    """
    return ask_for(person, endpoint_id, VERB, params=params, env=env)


def ask_for(
    person: Person, endpoint_id: int, verb: str, *, params: dict[str, Any], env: dict[str, str]
) -> Job:
    """As `ask`, for any verb that makes a container."""
    params = {**params, "image": str(parse_full(params["image"])), "env_names": sorted(env)}
    container = narrowed_container(person, find_endpoint(person, endpoint_id), verb, params)
    endpoint = get_endpoint(person, endpoint_id, verb, container)
    for refused in conflicts(
        params, rootless=endpoint.rootless, version=version_of(endpoint)
    ).values():
        raise Refusal(refused)
    order = Order(
        endpoint=endpoint,
        kind="container",
        object_id="",
        name=params.get("name") or params["image"],
        params=params,
        secrets=json.dumps(env).encode() if env else None,
        log_params=log_params(params),
        proposal=run_spec.proposal(verb, params, endpoint),
        container=container,
    )
    return ask_job(person, verb, order, queue="long")


async def make(errand: Errand) -> str:
    """Create it, or continue an earlier try, and look at it. Returns its id. Nothing is made twice."""
    container_id = await _container_of_job(errand)
    if container_id is None:
        await _wait_for_place(errand)
        await bring_image(errand)
    sealed = await errand.secrets()
    env = json.loads(sealed) if sealed else {}
    spec = run_spec.build(errand.params, env, job_id=errand.job_id)
    spec = run_spec.with_order_note(
        spec, errand.params, job_id=errand.job_id, endpoint_id=errand.endpoint.pk
    )
    spec = run_spec.for_version(spec, version_of(errand.endpoint))
    await judge_image(errand, spec)
    try:
        asked = await permit_spec(errand, spec)
    except (GuardrailRefused, NotAllowed, HeldForApproval):
        if container_id is not None:
            errand.say(await second_look.remove_or_stop(errand, [container_id]))
        raise
    if container_id is None:
        await errand.about_to_send({"step": "create"})
        container_id, warnings = await containers.create(errand.podman, spec)
        for warning in warnings:
            errand.say(warning)
    await crash.point(crash.AFTER_CREATE, errand.job_id)
    await second_look.at_container(errand, container_id, asked, name=spec.get("name", ""))
    await crash.point(crash.AFTER_LOOK, errand.job_id)
    return container_id


async def do(errand: Errand) -> dict[str, Any]:
    """Make it, then start it."""
    container_id = await make(errand)
    try:
        await containers.start(errand.podman, container_id)
    except PodmanError as failed:
        if failed.maybe_done:
            raise
        raise ActionFailed(
            _("The container was created, but does not start. It was not removed."),
            failed.message,
            left={"kind": "container", "id": container_id},
        ) from failed
    return {"kind": "container", "id": container_id}


async def _wait_for_place(errand: Errand) -> None:
    """Wait until the container that this one replaces is gone."""
    other = errand.params.get("instead_of")
    until = time.monotonic() + PLACE_S
    while other:
        try:
            await containers.inspect(errand.podman, other)
        except NotFound:
            return
        if time.monotonic() > until:
            raise ActionFailed(_("The container to be replaced was not removed."))
        await asyncio.sleep(LOOK_EVERY_S)


async def bring_image(errand: Errand) -> None:
    """Pull the image if the pull policy asks for it. ActionFailed, PodmanError."""
    reference = errand.params["image"]
    policy = errand.params.get("pull", "missing")
    if policy == "never" or (policy == "missing" and await images.exists(errand.podman, reference)):
        return
    errand.say(_("Pulling %s") % reference)
    await pull_into(errand, reference)


async def _container_of_job(errand: Errand) -> str | None:
    """The id of the container that an earlier try made, or None."""
    found = await containers.list_containers(errand.podman, filters=job_filter(errand.job_id))
    return found[0]["Id"] if found else None


async def settle(errand: Errand) -> Settlement:
    """`do` finds what was made by its label, so trying again is always right."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Run containers"),
        gettext_lazy(
            "Create and start containers; unless a guardrail forbids it, with folders of the host "
            "mounted"
        ),
        sensitive=True,
    ),
    road=MAKES,
    lock=Lock.MAKES,
    words=(gettext_lazy("Run"), gettext_lazy("ran")),
    causes=(
        "container.create",
        "container.remove",
        "container.start",
        "image.pull",
        "volume.create",
    ),
    # values that may be secret (command, labels, …) are not listed, so a keyed hash is logged
    params=(
        "ports",
        "pids",
        "restart_tries",
        "env_names",
        "instead_of",
        *(one.param for one in FIELDS.values() if one.logged),
    ),
)
