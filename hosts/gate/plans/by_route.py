"""The plan of each change: what its entry says, what else it takes, what rules and locks are asked.

In the words of the actions that pages have for the same (hosts.actions).
"""

import json
from typing import Final

from django.utils.translation import gettext as _

from hosts.access import NewContainer, allows, verbs_at
from hosts.actions.images.names import new_names, split, with_tags
from hosts.actions.object_orders import ALONG
from hosts.actions.run import run_fields
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call
from hosts.gate.calls.names import ResolvedObject, whole_name
from hosts.gate.plans import execs
from hosts.gate.plans.checkpoints import plan_checkpoint, plan_restore
from hosts.gate.plans.containers import plan_creation
from hosts.gate.plans.full_names import full_name
from hosts.gate.plans.images import IMAGE_PLANNERS
from hosts.gate.plans.limits import plan_update
from hosts.gate.plans.lists import LIST_PLANNERS
from hosts.gate.plans.network_members import plan_connect, plan_disconnect, plan_servers
from hosts.gate.plans.plan import Plan, Planner
from hosts.gate.plans.secrets_and_pods import plan_pod, plan_secret
from hosts.gate.plans.volumes_and_networks import plan_network, plan_volume
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.table import Dialect
from hosts.guardrails import from_request
from hosts.inventory.bounds import text, texts


async def plan_of(call: Call, found: ResolvedObject | None) -> Plan:
    """The plan of a request. Refused, Refusal."""
    planner = _PLANNERS.get(call.request.route.verb)
    return await planner(call, found) if planner else Plan()


async def _stop(call: Call, _found: ResolvedObject | None) -> Plan:
    seconds = call.request.one("timeout") or call.request.one("t")
    if not seconds:
        return Plan()
    try:
        return Plan({"timeout_s": int(seconds)})
    except ValueError as bad:
        raise Refused(400, "The time to wait is a number of seconds.") from bad


async def _kill(call: Call, _found: ResolvedObject | None) -> Plan:
    return Plan({"signal": call.request.one("signal") or "SIGKILL"})


async def _rename(call: Call, found: ResolvedObject | None) -> Plan:
    name = run_fields.name(call.request.one("name"))
    if not name or found is None:
        raise Refused(400, _("Give a name."))
    await in_thread(_heed_new_name, call, found, name)
    return Plan({"new_name": name}, query={"name": [name]})


def _heed_new_name(call: Call, found: ResolvedObject, name: str) -> None:
    renamed = NewContainer(name, found.object.labels)
    person, endpoint = call.person, call.endpoint
    if not allows(person, call.request.route.verb, endpoint, renamed):
        raise Refused(403, _("With that name your access to it would end."))
    if not verbs_at(person, endpoint, renamed) <= verbs_at(
        person, endpoint, found.object.container
    ):
        raise Refused(403, _("With that name you could do more with it than you may now."))


async def _remove_container(call: Call, _found: ResolvedObject | None) -> Plan:
    for name in ("depend", "link"):
        if call.request.ticked(name):
            raise Refused(403, f"{name} takes other containers along: remove them one by one.")
    volumes = call.request.ticked("v") or call.request.ticked("volumes")
    return Plan({"force": call.request.ticked("force"), "volumes": volumes}, along=volumes)


async def _remove(call: Call, _found: ResolvedObject | None) -> Plan:
    """Of a volume, network or image: a forced removal takes the containers along that use it."""
    force = call.request.ticked("force")
    return Plan({"force": force}, also=(ALONG,) if force else (), along=force)


async def _remove_image(call: Call, found: ResolvedObject | None) -> Plan:
    """By a name the image loses that name; it goes with its last one."""
    if call.request.ticked("lookupmanifest"):
        raise Refused(403, "lookupManifest: a list goes by DELETE manifests/NAME.")
    plan = await _remove(call, found)
    plan.known_as = whole_name(call.request.name, found.inspect) if found else ""
    return plan


async def _remove_pod(call: Call, _found: ResolvedObject | None) -> Plan:
    return Plan({"force": call.request.ticked("force")}, along=True)


async def _tag(call: Call, found: ResolvedObject | None) -> Plan:
    names = new_names([_named(call)])
    repository, tag = split(names[0])
    has = with_tags(texts(found.inspect.get("RepoTags"), count=1000, limit=1000)) if found else []
    if has:
        proposal = from_request.images(call.request.route.verb, has, called=names)
    else:
        file = _("an image without a name")
        proposal = from_request.archive(call.request.route.verb, file=file, called=names)
    query = {"repo": [repository], "tag": [tag]}
    return Plan({"names": names}, proposal=proposal, query=query)


async def _untag(call: Call, found: ResolvedObject | None) -> Plan:
    if not call.request.one("repo"):
        has = texts(found.inspect.get("RepoTags"), count=1000, limit=1000) if found else []
        return Plan({"names": has})
    return Plan({"names": new_names([_named(call)])})


def _named(call: Call) -> str:
    repository, tag = call.request.one("repo"), call.request.one("tag")
    return f"{repository}:{tag}" if tag else repository


async def _pull(call: Call, _found: ResolvedObject | None) -> Plan:
    if call.request.ticked("alltags"):
        raise Refused(403, "Name each tag: which names the images will get has to be known.")
    if call.dialect is Dialect.LIBPOD:
        asked_for = call.request.one("reference").removeprefix("docker://")
    else:
        image, tag = call.request.one("fromimage"), call.request.one("tag")
        joint = "@" if tag.startswith("sha256:") else ":"
        asked_for = f"{image}{joint}{tag}" if tag else image
    full = await full_name(call, asked_for)
    query = (
        {"reference": [full]}
        if call.dialect is Dialect.LIBPOD
        else {"fromimage": [full], "tag": []}
    )
    proposal = from_request.images(call.request.route.verb, [full], pulled=True)
    return Plan({"image": full}, proposal=proposal, query=query, name=full)


async def _exec(call: Call, found: ResolvedObject | None) -> Plan:
    """Of the start: what is run the host says, which was told it when the exec was made."""
    config = found.inspect.get("ProcessConfig") if found else None
    if not isinstance(config, dict) or config.get("privileged"):
        raise Refused(403, execs.PRIVILEGED)
    user = text(config.get("user"), limit=200)
    command = [
        text(config.get("entrypoint"), limit=1000),
        *texts(config.get("arguments"), count=100, limit=1000),
    ]
    name = found.object.name if found else ""
    call.body = json.dumps(execs.start(call.body)).encode()
    params = {"command": " ".join(filter(None, command))} | ({"user": user} if user else {})
    return Plan(
        params, proposal=from_request.command(call.request.route.verb, user=user, name=name)
    )


async def _attach(call: Call, found: ResolvedObject | None) -> Plan:
    name = found.object.name if found else ""
    return Plan(proposal=from_request.command(call.request.route.verb, name=name))


_PLANNERS: Final[dict[str, Planner]] = {
    **IMAGE_PLANNERS,
    **LIST_PLANNERS,
    "container.attach": _attach,
    "container.checkpoint": plan_checkpoint,
    "container.create": plan_creation,
    "container.restore": plan_restore,
    "network.create": plan_network,
    "pod.create": plan_pod,
    "secret.create": plan_secret,
    "volume.create": plan_volume,
    "container.exec": _exec,
    "container.update": plan_update,
    "network.connect": plan_connect,
    "network.disconnect": plan_disconnect,
    "network.update": plan_servers,
    "container.stop": _stop,
    "container.restart": _stop,
    "container.kill": _kill,
    "container.rename": _rename,
    "container.remove": _remove_container,
    "pod.stop": _stop,
    "pod.kill": _kill,
    "pod.remove": _remove_pod,
    "image.tag": _tag,
    "image.untag": _untag,
    "image.pull": _pull,
    "image.remove": _remove_image,
    "volume.remove": _remove,
    "network.remove": _remove,
}
