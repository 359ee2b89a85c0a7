"""container.update: change limits and restart policy, also while it runs.

A broken try is sent again: the same limits twice do no harm.
"""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.containers.container_state import inspect_state
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.actions.run.table import FIELDS, has_value
from hosts.actions.second_look_changes import at_change, change_back, limits_of, with_former
from hosts.capabilities import lacks, version_of
from hosts.cards import Lock, Right, Road, SecondLook, When
from hosts.guardrails import Proposal, from_spec
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Endpoint, Job
from hosts.podman import containers
from hosts.refusals import FieldRefusal, Refusal

VERB = "container.update"
# limits that Podman can change on an existing container, by the table's names
LIMITS = (
    "memory",
    "memory_swap",
    "memory_reservation",
    "memory_swappiness",
    "cpus",
    "cpu_shares",
    "cpuset_cpus",
    "cpuset_mems",
    "pids",
    "blkio_weight",
)
POLICY = ("restart", "tries")
# podman update --restart came with this one
POLICY_SINCE = (5, 1)


def ask(person: Person, ref: ObjectRef, *, texts: dict[str, str]) -> Job:
    """Request it. `texts` by field. An empty one changes nothing. FieldRefusal names the field."""
    row = get_object(person, "container", *ref, verb=VERB)
    params: dict[str, Any] = {}
    for name in (*LIMITS, *POLICY):
        if texts.get(name, "").strip():
            # "no" is a policy here, not an empty value
            value = texts[name] if name == "restart" else _read(name, texts[name])
            if has_value(value):
                params[FIELDS[name].param] = value
    _judge(params, row.endpoint)
    order = order_for(row, "container", params)
    proposal = from_spec.limits(VERB, resources(params), name=row.name)
    return ask_job(person, VERB, replace(order, proposal=proposal), queue="short")


def _read(name: str, text: str) -> Any:
    try:
        return FIELDS[name].read(text)
    except Refusal as exc:
        raise FieldRefusal(name, str(exc)) from exc


def _judge(params: dict[str, Any], endpoint: Endpoint) -> None:
    if not params:
        raise FieldRefusal("memory", _("Nothing would change."))
    if params.get("memory_swap") and not params.get("memory_bytes"):
        raise FieldRefusal("memory", _("A limit of memory and swap together needs a memory limit."))
    if params.get("restart_tries") and params.get("restart") != "on-failure":
        raise FieldRefusal("tries", _("Only “on failure” takes a number of retries."))
    if params.get("restart") not in (None, *dict(FIELDS["restart"].choices)):
        raise FieldRefusal("restart", _("“%s” is not a restart policy.") % params["restart"][:40])
    version = version_of(endpoint)
    if params.get("restart") and version is not None and version < POLICY_SINCE:
        words = _("Podman %s cannot change the restart policy of an existing container.")
        cure = _("Use Edit and recreate.")
        raise FieldRefusal("restart", words % endpoint.podman_version, cure=cure)
    if params.keys() - {"restart", "restart_tries"} and (lack := lacks(endpoint, "limits")):
        raise FieldRefusal("memory", lack)


async def do(errand: Errand) -> dict[str, Any]:
    """Change it, then judge what it has."""
    wanted = from_spec.limits(VERB, resources(errand.params), name=errand.name)
    await errand.permit(wanted)
    inspected = await containers.inspect(errand.podman, errand.object_id)
    # an earlier try may have changed it
    former = errand.before.get("limits") or limits_of(inspected)
    await errand.about_to_send({"limits": former})
    await containers.update(
        errand.podman,
        errand.object_id,
        resources(errand.params),
        restart=errand.params.get("restart", ""),
        tries=errand.params.get("restart_tries") or 0,
    )

    async def undo() -> str:
        return await change_back(errand.podman, errand.object_id, former)

    await at_change(
        errand,
        errand.object_id,
        with_former(inspected, former),
        undo=undo,
        removed=removed_limits(wanted),
    )
    return {"changed": True}


def removed_limits(wanted: Proposal) -> dict[str, float]:
    """Limits that would be none any more, by their names in rules."""
    return {name: value for name, value in wanted.parts[0].limits.items() if value <= 0}


def resources(params: dict[str, Any]) -> dict[str, Any]:
    """The limits as Podman's update takes them."""
    spec: dict[str, Any] = {}
    for name in LIMITS:
        field = FIELDS[name]
        if has_value(params.get(field.param)):
            field.put(spec, params[field.param], params)
    limits: dict[str, Any] = spec.get("resource_limits", {})
    return limits


async def settle(errand: Errand) -> Settlement:
    await inspect_state(errand)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(
        gettext_lazy("Change limits"),
        gettext_lazy("Change memory, CPU and process limits of a running container"),
    ),
    road=Road(When.BOTH, SecondLook.CHANGED),
    lock=Lock.CHANGES,
    words=(gettext_lazy("Limits of"), gettext_lazy("changed the limits of")),
    # fields: names of what clients change beside these
    params=[*(FIELDS[name].param for name in (*LIMITS, *POLICY)), "fields"],
)
