"""Limits and restart policies of containers that there are, changed in both dialects."""

import json
from collections.abc import Mapping
from typing import Any, Final

from hosts.actions.containers.recreate_container import VERB as RECREATE
from hosts.actions.containers.update_container import LIMITS, removed_limits
from hosts.actions.run.table import FIELDS
from hosts.actions.second_look_changes import change_back, limits_of
from hosts.actions.second_look_gate_changes import at_changed
from hosts.actions.streams import StreamedAction
from hosts.gate.calls.call import Call
from hosts.gate.calls.names import ResolvedObject
from hosts.gate.plans.plan import Plan
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.table import Dialect
from hosts.gate.routes.values import json_object
from hosts.guardrails import docker_fields, from_docker, from_spec, spec_fields
from hosts.guardrails.reader import Reader
from hosts.inventory.bounds import text

# what a container runs with and how its health is asked; pages change it by making the container anew
_INNER: Final[Mapping[str, type]] = {
    "Env": list,
    "UnsetEnv": list,
    "health_on_failure": str,
    "no_healthcheck": bool,
    "health_cmd": str,
    "health_interval": str,
    "health_retries": int,
    "health_timeout": str,
    "health_start_period": str,
    "health_startup_cmd": str,
    "health_startup_interval": str,
    "health_startup_retries": int,
    "health_startup_timeout": str,
    "health_startup_success": int,
    "health_max_log_size": int,
    "health_max_log_count": int,
}
# folders and devices of the host, which no rule judges here
_ELSEWHERE: Final = (
    "r_limits",
    "blkio_weight_device",
    "device_read_bps",
    "device_write_bps",
    "device_read_iops",
    "device_write_iops",
    "health_log_destination",
)


async def plan_update(call: Call, found: ResolvedObject | None) -> Plan:
    """The plan of a container that gets other limits. Refused."""
    name = found.object.name if found else ""
    reader = Reader()
    raw = json_object(call.body or b"{}")
    if call.dialect is Dialect.DOCKER:
        body = _docker(reader, raw)
        resources = from_docker.limits(reader, body)
        if body.get("PidsLimit") == 0:
            # of a container that there is, Podman takes it for no limit
            resources["pids"] = {"limit": 0}
        policy = body.get("RestartPolicy", {})
        restart, tries = policy.get("Name"), policy.get("MaximumRetryCount")
    else:
        body = _libpod(reader, raw)
        resources = {name: body[name] for name in body.keys() - _INNER.keys()}
        restart, tries = map(call.request.one, ("restartpolicy", "restartretries"))
    proposal = from_spec.limits(call.request.route.verb, resources, name=name)
    if strange := [*reader.unknown, *proposal.unknown]:
        words = ", ".join(strange[:9])
        raise Refused(
            400,
            f"Limits, environment, health checks and the restart policy can be changed, not: {words}.",
        )
    before = found.inspect if found else {}
    former = limits_of(before)
    call.body = json.dumps(body).encode()

    async def look(action: StreamedAction, _answer: bytes) -> None:
        own = found.known_as if found else ""

        async def undo() -> str:
            return await change_back(call.podman, own, former)

        removed = removed_limits(proposal)
        await at_changed(
            action, call.endpoint, call.podman, own, before, undo=undo, removed=removed
        )

    params = _params(resources) | _texts(restart=restart, restart_tries=tries)
    inner = sorted(body.keys() & _INNER.keys())
    if inner:
        params["fields"] = inner
    return Plan(params, also=(RECREATE,) if inner else (), proposal=proposal, look=look)


def _libpod(reader: Reader, raw: dict[str, Any]) -> dict[str, Any]:
    body = reader.mapping(raw, (*spec_fields.RESOURCES, *_INNER, *_ELSEWHERE), "")
    for field in _ELSEWHERE:
        if body.pop(field, None) not in (None, [], {}):
            reader.add_unknown(field)
    for field, kind in _INNER.items():
        value = body.get(field)
        texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
        if value == []:
            del body[field]
        elif value is not None and not (texts if kind is list else type(value) is kind):
            reader.add_unknown(field)
    return body


def _docker(reader: Reader, raw: dict[str, Any]) -> dict[str, Any]:
    """Docker's number of CPUs goes on as quota and period: Podman reads nothing else."""
    body = reader.mapping(raw, docker_fields.UPDATE, "")
    for field in docker_fields.UPDATE_EMPTY:
        if body.pop(field, None):
            reader.add_unknown(field)
    if cores := reader.number(body.pop("NanoCpus", None), "NanoCpus"):
        body |= {"CpuQuota": int(cores) // 10_000, "CpuPeriod": from_spec.PERIOD_US}
    body["RestartPolicy"] = reader.mapping(
        body.get("RestartPolicy"), docker_fields.POLICY, "RestartPolicy"
    )
    return body


def _params(resources: dict[str, Any]) -> dict[str, Any]:
    """In the words of the page's entry."""
    memory, cpu, pids, disk = (
        part if isinstance(part := resources.get(name), dict) else {}
        for name in ("memory", "cpu", "pids", "blockIO")
    )
    quota, period = cpu.get("quota"), cpu.get("period") or from_spec.PERIOD_US
    given = {
        "memory": memory.get("limit"),
        "memory_swap": memory.get("swap"),
        "memory_reservation": memory.get("reservation"),
        "memory_swappiness": memory.get("swappiness"),
        "cpus": quota / period if isinstance(quota, int) and isinstance(period, int) else None,
        "cpu_shares": cpu.get("shares"),
        "cpuset_cpus": cpu.get("cpus"),
        "cpuset_mems": cpu.get("mems"),
        "pids": pids.get("limit"),
        "blkio_weight": disk.get("weight"),
    }
    named = {FIELDS[name].param: given[name] for name in LIMITS}
    return {key: value for key, value in named.items() if value is not None}


def _texts(**given: Any) -> dict[str, str]:
    return {key: text(str(value), limit=60) for key, value in given.items() if value}
