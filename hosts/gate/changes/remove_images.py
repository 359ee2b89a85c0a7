"""Several images removed by one request, as Podman's own client asks: one by one, each with its entry."""

import json
from dataclasses import replace
from typing import Any, Final

from hosts.gate.calls.call import Call
from hosts.gate.changes.change import HostAnswer, carry_out
from hosts.gate.routes.replies import Refused, whole
from hosts.gate.routes.table import Table
from hosts.podman.errors import words

SEVERAL: Final = "/images/remove"
_MOST: Final = 100
_LISTS: Final = ("Untagged", "Deleted")


async def remove_images(call: Call, table: Table) -> None:
    """Answer the request in Podman's shape: what went, and in Errors what did not. Refused."""
    request = call.request
    names = request.query.get("images", [])
    if request.ticked("all") or not names or len(names) > _MOST:
        raise Refused(403, f"Name the images that are to go, at most {_MOST}.")
    report: dict[str, Any] = {"Untagged": [], "Deleted": [], "Errors": [], "ExitCode": 0}
    for name in names:
        parts = ["images", name]
        found = table.find(request.dialect, "DELETE", parts)
        if found is None or found[0].kind != "image":
            raise Refused(400, f"{name!r} is no name of an image.")
        kept = {key: values for key, values in request.query.items() if key in found[0].query}
        one = replace(call, request=replace(request, route=found[0], name=name, query=kept))
        try:
            _add(report, await carry_out(one))
        except Refused as refused:
            _fail(report, refused.message)
    # Go's nil
    report["Errors"] = report["Errors"] or None
    await call.client.send(whole(200, json.dumps(report).encode(), []))


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
