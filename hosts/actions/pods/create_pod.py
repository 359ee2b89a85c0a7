"""pod.create: settled by the label io.haulout.job."""

import re
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
from hosts.actions.run.log_params import log_params
from hosts.actions.run.run_spec import NETWORK_MODES
from hosts.actions.second_look_objects import at_pod
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import from_spec
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Job
from hosts.podman import pods, system
from hosts.refusals import FieldRefusal

VERB = "pod.create"
# namespaces that its containers can share. The first three are Podman's default.
NAMESPACES = ("ipc", "net", "uts", "pid", "cgroup")
DEFAULT_SHARED = ("ipc", "net", "uts")
RESTARTS = ("", "no", "on-failure", "always", "unless-stopped")
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*")


def ask(person: Person, endpoint_id: int, **given: Any) -> Job:
    """Request a pod. FieldRefusal names the field, NotVisible, Denied."""
    return ask_job(person, VERB, order(person, endpoint_id, **given), queue="short")


def order(  # noqa: PLR0913 - as Podman takes them
    person: Person,
    endpoint_id: int,
    *,
    name: str,
    ports: list[dict[str, Any]] | None = None,
    network: str = "",
    hostname: str = "",
    shared: list[str] | None = None,
    infra: bool = True,
    restart: str = "",
    labels: dict[str, str] | None = None,
) -> Order:
    """The order. `ports` as run_fields.port makes them, `shared` out of NAMESPACES. FieldRefusal names the
    field, NotVisible, Denied.
    """
    name = checked_name(name)
    shared = list(DEFAULT_SHARED) if shared is None else shared
    _check(ports or [], network, hostname, shared, infra=infra, restart=restart)
    endpoint = endpoint_for_new(person, endpoint_id, VERB, kind="pod", name=name)
    params = {
        "name": name,
        "ports": ports or [],
        "network": network,
        "hostname": hostname,
        "shared": shared,
        "infra": infra,
        "restart": restart,
        "labels": checked_labels(labels),
    }
    return Order(
        endpoint=endpoint,
        kind="pod",
        object_id="",
        name=name,
        params=params,
        log_params=log_params(params),
        proposal=from_spec.pod(VERB, spec(params, job_id=0)),
    )


def _check(
    ports: list[dict[str, Any]],
    network: str,
    hostname: str,
    shared: list[str],
    *,
    infra: bool,
    restart: str,
) -> None:
    if unknown := sorted(set(shared) - set(NAMESPACES)):
        raise FieldRefusal("shared", _("There is no namespace %s.") % ", ".join(unknown))
    if restart not in RESTARTS:
        raise FieldRefusal("restart", _("There is no policy %s.") % restart)
    if hostname and not _HOST_NAME.fullmatch(hostname):
        raise FieldRefusal("hostname", _("Use letters, digits and “-”, in parts joined by “.”."))
    if hostname and "uts" not in shared:
        raise FieldRefusal(
            "hostname", _("A pod whose containers do not share uts has no host name.")
        )
    if infra:
        if (ports or network) and "net" not in shared:
            field = "ports" if ports else "network"
            raise FieldRefusal(field, _("Only a pod that shares its network (net) can have this."))
        return
    given = {"ports": ports, "network": network, "hostname": hostname}
    for field, value in given.items():
        if value:
            raise FieldRefusal(field, _("A pod without an infra container cannot have this."))


def spec(params: dict[str, Any], *, job_id: int) -> dict[str, Any]:
    """The body of `pods/create` (PodSpecGenerator, pkg/specgen/podspecgen.go)."""
    made: dict[str, Any] = {
        "name": params["name"],
        "labels": with_job_label(params["labels"], job_id),
    }
    if not params["infra"]:
        return {**made, "no_infra": True}
    made["shared_namespaces"] = params["shared"]
    optional = {
        "hostname": params["hostname"],
        "portmappings": [{k: v for k, v in port.items() if v} for port in params["ports"]],
        "restart_policy": params["restart"],
    }
    made.update({key: value for key, value in optional.items() if value})
    network = params["network"]
    if network in NETWORK_MODES:
        made["netns"] = {"nsmode": network}
    elif network:
        made["netns"] = {"nsmode": "bridge"}
        made["Networks"] = {network: {}}
    return made


async def do(errand: Errand) -> dict[str, Any]:
    """Make it and look at it; one that an earlier try of this job made is looked at again."""
    made = await pods.list_pods(errand.podman, filters=job_filter(errand.job_id))
    body = spec(errand.params, job_id=errand.job_id)
    asked = from_spec.pod(VERB, body)
    await errand.permit(asked)
    if made:
        pod_id = str(made[0]["Id"])
    else:
        await errand.about_to_send()
        pod_id = await pods.create(errand.podman, body)
    await at_pod(errand, pod_id, asked, name=body["name"])
    return {"kind": "pod", "id": pod_id}


async def settle(errand: Errand) -> Settlement:
    """`do` finds what was made by its label, so trying again is always right."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(gettext_lazy("Create pods"), gettext_lazy("Create pods")),
    road=MAKES,
    lock=Lock.MAKES,
    words=(gettext_lazy("Create"), gettext_lazy("created the pod")),
    params=("hostname", "shared"),
)
