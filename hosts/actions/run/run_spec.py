"""Turns a run order's parameters into Podman's SpecGenerator and into a `podman run` line.

Shapes follow pkg/specgen/specgen.go, which is the same from 4.x to 6.x for these fields. The fields are in
hosts.actions.run.table.
"""

import shlex
from typing import Any

from hosts.actions.run import order_note
from hosts.actions.run.order_note import MOST_NOTE, ORDER_NOTE
from hosts.actions.run.table import FIELDS, Kind, has_value
from hosts.actions.run.table.networks import MODES as NETWORK_MODES
from hosts.capabilities import version_of
from hosts.guardrails import Proposal, from_spec
from hosts.inventory.job_marks import JOB_LABEL, mark
from hosts.models import Endpoint

# from this version on Podman's API keeps /tmp and the like writable in a read-only container
_READ_WRITE_SINCE = (4, 4)


def build(params: dict[str, Any], env: dict[str, str], *, job_id: int) -> dict[str, Any]:
    """The body of `containers/create`. `params` by the table's names."""
    spec: dict[str, Any] = {"image": params["image"], "raw_image_name": params["image"]}
    for field in FIELDS.values():
        value = params.get(field.param)
        if has_value(value):
            field.put(spec, value, params)
    if env:
        spec["env"] = env
    spec["labels"] = {**params.get("labels", {}), JOB_LABEL: mark(job_id)}
    return spec


def with_order_note(
    spec: dict[str, Any], params: dict[str, Any], *, job_id: int = 0, endpoint_id: int = 0
) -> dict[str, Any]:
    """The spec with a note of the request, so that it can be recreated exactly (order_note). A note that is
    too long stays empty. It is not left out, since Podman 4 would take the image's.
    """
    note = order_note.write(texts_of(params), job_id=job_id, endpoint_id=endpoint_id)
    return spec | {"annotations": {**spec.get("annotations", {}), ORDER_NOTE: note}}


def for_version(spec: dict[str, Any], version: tuple[int, int] | None) -> dict[str, Any]:
    """The spec for a Podman of that version. None: not known."""
    if version is None or version >= _READ_WRITE_SINCE or not spec.get("read_write_tmpfs"):
        return spec
    mounts = list(spec.get("mounts", []))
    targets = {one["destination"] for one in mounts} | {v["Dest"] for v in spec.get("volumes", [])}
    # before, only podman's command line did this (pkg/specgenutil/volumes.go of 4.3)
    options = ["rw", "rprivate", "nosuid", "nodev", "tmpcopyup"]
    mounts += [
        {"type": "tmpfs", "source": "tmpfs", "destination": path, "options": options}
        for path in ("/tmp", "/var/tmp", "/run")  # noqa: S108 - paths inside
        if path not in targets
    ]
    return spec | {"mounts": mounts}


def spec_to_judge(params: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """The spec for the guardrails, without environment and job."""
    spec = with_order_note(build(params, {}, job_id=0), params)
    return for_version(spec, version_of(endpoint))


def proposal(verb: str, params: dict[str, Any], endpoint: Endpoint) -> Proposal:
    """What the guardrails judge before there is a job."""
    found = from_spec.container(verb, spec_to_judge(params, endpoint))
    if params.get("pull", "missing") not in ("missing", "never"):
        found.parts[0].pulled.append(params["image"])
    return found


def texts_of(params: dict[str, Any]) -> dict[str, str]:
    """The form's texts for `params`, by field. Checkboxes are "on"."""
    found = {}
    for field in FIELDS.values():
        value = params.get(field.param)
        if has_value(value):
            found[field.name] = "on" if field.kind is Kind.TICK else field.write(value)
    return found


def params_of(texts: dict[str, str]) -> dict[str, Any]:
    """The parameters for the form's texts. Refusal for a wrong text."""
    found = {}
    for name, text in texts.items():
        if name in FIELDS:
            value = FIELDS[name].read(text)
            if has_value(value):
                found[FIELDS[name].param] = value
    return found


def run_line(params: dict[str, Any], env_names: list[str], *, verb: str = "run") -> str:
    """The `podman run` line that does the same, without environment values."""
    words = ["podman", verb, *(["-d"] if verb == "run" else [])]
    for field in FIELDS.values():
        value = params.get(field.param)
        if field.name == "name":
            words += field.words(value) if value else []
            words += [word for key in env_names for word in ("-e", key)]
        elif field.name == "restart" and value and params.get("restart_tries"):
            words += [field.flags[0], f"{value}:{params['restart_tries']}"]
        elif field.name not in ("image", "command") and has_value(value):
            words += field.words(value)
    return shlex.join([*words, params.get("image") or "IMAGE", *params.get("command", [])])


__all__ = [
    "JOB_LABEL",
    "MOST_NOTE",
    "NETWORK_MODES",
    "ORDER_NOTE",
    "build",
    "for_version",
    "params_of",
    "run_line",
    "spec_to_judge",
    "texts_of",
    "with_order_note",
]
