"""Kube files that clients send: what is in them, by the reader that pages have, and what of it is there."""

import re
from dataclasses import dataclass
from typing import Final

from hosts.actions.kube import down_kube, play_kube
from hosts.actions.kube.kube_plan import KubePlan
from hosts.actions.kube.kube_yaml import YamlRefused
from hosts.actions.kube.side_effects import REPLACE
from hosts.actions.locked_dependents import OneRemoval, refuse_locked_dependents
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call
from hosts.gate.routes.replies import Refused
from hosts.inventory.bounds import text, texts
from hosts.podman import containers, pods, secrets
from hosts.podman.errors import NotFound
from hosts.refusals import Refusal

_TAR: Final = (
    "A file with folders to build from is not open: build the images before, play the YAML."
)
# what can be said in the file, where rules judge it
_IN_THE_FILE: Final = {
    "annotations": "metadata.annotations",
    "logoptions": "the container's own log options",
    "publishallports": "hostPort",
    "publishports": "hostPort",
    "userns": "hostUsers",
}
# what else it would do beside what the file says
_BESIDE: Final = ("build", "servicecontainer", "wait")
_DRIVERS: Final = ("", "k8s-file", "journald", "none")
_NETWORK: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_MODES: Final = ("host", "private", "pasta", "slirp4netns", "container", "ns")


@dataclass(frozen=True, slots=True)
class There:
    """What the host has by the names that the file gives."""

    pods: dict[str, str]
    taken: list[str]
    secrets: list[str]


async def read_file(call: Call) -> tuple[KubePlan, str]:
    """(what is in the body, the body as text). Refused."""
    kinds = call.head.fields.get(b"content-type", [])
    if any(b"tar" in kind or b"multipart" in kind for kind in kinds):
        raise Refused(403, _TAR)
    try:
        document = call.body.decode()
    except UnicodeDecodeError as bad:
        raise Refused(400, "The file is not UTF-8.") from bad
    try:
        return await in_thread(play_kube.plan_on, call.endpoint, document), document
    except YamlRefused as bad:
        line = f" (line {bad.line})" if bad.line else ""
        raise Refused(400, f"{bad.message}{line}") from bad
    except Refusal as bad:
        raise Refused(400, str(bad)) from bad


def heed_query(call: Call) -> None:
    """Refused for what nobody could judge."""
    request = call.request
    for name, place in _IN_THE_FILE.items():
        if any(
            value.lower() not in ("", "false", "0", "{}") for value in request.query.get(name, [])
        ):
            raise Refused(
                403, f"{name} is not open: write it in the file ({place}), where rules judge it."
            )
    for name in _BESIDE:
        if request.ticked(name):
            raise Refused(403, f"{name} is not open for kube files.")
    if request.one("logdriver") not in _DRIVERS:
        raise Refused(403, f"logDriver is one of {', '.join(filter(None, _DRIVERS))}.")
    for network in request.query.get("network", []):
        if network in _MODES or not _NETWORK.fullmatch(network):
            words = "network takes names of networks; write hostNetwork in the file, where rules judge it."
            raise Refused(403, words)


async def there_is(call: Call, plan: KubePlan) -> There:
    """What of it is on the host by now. PodmanError."""
    listed = await pods.list_pods(call.podman)
    by_name = {text(one.get("Name"), limit=255): text(one.get("Id"), limit=80) for one in listed}
    there = {name: by_name[name] for name in plan.names("pod") if name in by_name}
    rows = await containers.list_containers(call.podman)
    taken = {name for row in rows for name in texts(row.get("Names"), count=9, limit=255)}
    found = []
    for name in plan.names("secret"):
        try:
            await secrets.inspect(call.podman, name)
        except NotFound:
            continue
        found.append(name)
    return There(there, [name for name in plan.names("container") if name in taken], found)


async def heed_there(call: Call, there: There) -> None:
    """What is there is replaced by those alone who may remove it; else its names are not free. Refused."""
    if there.secrets:
        await call.permit(REPLACE)
    if not (there.pods or there.taken):
        return
    if call.request.ticked("replace") and there.pods:
        await call.permit(down_kube.VERB)
        return
    names = ", ".join([*there.pods, *there.taken][:10])
    raise Refused(409, f"These already exist: {names}. Take them down, or use --replace.")


async def heed_locked(call: Call, names: list[str]) -> None:
    """For pods that go, by their names. NotAllowed where something in them is locked."""
    if names:
        removal = OneRemoval(call.endpoint, call.podman, "pod", "", "")
        await refuse_locked_dependents(removal, pods=names)
