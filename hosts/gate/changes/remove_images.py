"""Several images or artifacts removed by one request, as Podman's own client asks: one by one, each with its
entry.
"""

import json
from dataclasses import replace
from typing import Any, Final

from hosts.gate.calls.call import Call
from hosts.gate.changes.change import HostAnswer, carry_out
from hosts.gate.routes.replies import Refused, whole
from hosts.gate.routes.table import Table
from hosts.podman.errors import words

SEVERAL: Final = ("/images/remove", "/artifacts/remove")
_MOST: Final = 100
_LISTS: Final = ("Untagged", "Deleted")


async def remove_several(call: Call, table: Table) -> None:
    """Answer the request in Podman's shape. Refused."""
    images = call.request.route.path == SEVERAL[0]
    report = await (_remove_images if images else _remove_artifacts)(call, table)
    await call.client.send(whole(200, json.dumps(report).encode(), []))


async def _remove_images(call: Call, table: Table) -> dict[str, Any]:
    """What went, and in Errors what did not."""
    report: dict[str, Any] = {"Untagged": [], "Deleted": [], "Errors": [], "ExitCode": 0}
    # podman manifest rm says so; without it Podman would take the image of its own platform
    field = "manifests" if call.request.ticked("lookupmanifest") else "images"
    for one in _each(call, table, field, named="images"):
        try:
            _add(report, await carry_out(one))
        except Refused as refused:
            _fail(report, refused.message)
    # Go's nil
    return report | {"Errors": report["Errors"] or None}


async def _remove_artifacts(call: Call, table: Table) -> dict[str, Any]:
    """What went. As Podman does, the first that does not go is all of the answer."""
    gone: list[Any] = []
    for one in _each(call, table, "artifacts", named="artifacts"):
        try:
            answered = await carry_out(one)
        except Refused as refused:
            if refused.status == 404 and call.request.ticked("ignore"):
                continue
            raise
        if answered is None or answered.head.status >= 300:
            cause, message = words(answered.content if answered else b"")
            status = answered.head.status if answered else 502
            raise Refused(status, message or cause, cause=cause)
        gone += json.loads(answered.content).get("ArtifactDigests") or []
    return {"ArtifactDigests": gone}


def _each(call: Call, table: Table, kinds: str, *, named: str) -> list[Call]:
    """A call for each of those that the parameter `named` names. Refused."""
    request, kind = call.request, kinds.removesuffix("s")
    names = request.query.get(named, [])
    if request.ticked("all") or not names or len(names) > _MOST:
        raise Refused(403, f"Name the {named} that are to go, at most {_MOST}.")
    calls = []
    for name in names:
        found = table.find(request.dialect, "DELETE", [kinds, name])
        if found is None or found[0].kind != kind:
            raise Refused(400, f"{name!r} is no name of an {kind}.")
        kept = {key: values for key, values in request.query.items() if key in found[0].query}
        calls.append(replace(call, request=replace(request, route=found[0], name=name, query=kept)))
    return calls


def _add(report: dict[str, Any], answered: HostAnswer | None) -> None:
    if answered is None:
        _fail(report, "The host's answer was not kept.")
        return
    if answered.head.status >= 300:
        cause, message = words(answered.content)
        _fail(report, message or cause)
        return
    try:
        told = json.loads(answered.content)
    except (ValueError, RecursionError):
        told = None
    for name in _LISTS:
        listed = told.get(name) if isinstance(told, dict) else None
        report[name] += listed if isinstance(listed, list) else []


def _fail(report: dict[str, Any], message: str) -> None:
    report["Errors"].append(message)
    report["ExitCode"] = 1
