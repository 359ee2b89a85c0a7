"""kube.down: stops and removes what a kube file names. Settled by identity."""

from contextlib import suppress
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_endpoint
from hosts.actions.action import Action
from hosts.actions.kube.kube_documents import names_only
from hosts.actions.kube.play_kube import existing_objects, plan_on
from hosts.actions.kube.side_effects import REMOVE, VOLUMES, require_secret_verb, require_side_verbs
from hosts.actions.locked_dependents import refuse_locked_dependents
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand, NotAllowed
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Job
from hosts.podman import kube, pods, secrets, volumes
from hosts.podman.errors import Conflict, NotFound
from hosts.refusals import FieldRefusal

VERB = "kube.down"


def ask(person: Person, endpoint_id: int, *, text: str, volumes: bool = False) -> Job:
    """Request the removal. `volumes`: also of its claims. YamlRefused, FieldRefusal."""
    endpoint = get_endpoint(person, endpoint_id, VERB)
    plan = plan_on(endpoint, text)
    goes = plan.goes(volumes=volumes)
    found = existing_objects(endpoint, plan.goes(volumes=True))
    if not found:
        raise FieldRefusal(
            "text", _("Nothing in this file exists on %(host)s.") % {"host": endpoint}
        )
    needs = {"secret": REMOVE, **({"volume": VOLUMES} if volumes else {})}
    require_side_verbs(person, endpoint, found, needs)
    order = Order(
        endpoint=endpoint,
        kind="pod",
        object_id="",
        name=", ".join(goes["pod"] or plan.names("volume") or goes["secret"])[:200],
        # everything that is removed, also for the locks. Nothing else of the file is kept or sent.
        params={
            "pods": goes["pod"],
            "containers": goes["container"],
            "secrets": goes["secret"],
            "volumes": goes["volume"],
            "remove_volumes": volumes,
        },
    )
    return ask_job(person, VERB, order, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Take it down. What is gone is no error."""
    removes_volumes = bool(errand.params.get("remove_volumes"))
    if removes_volumes and not await errand.allowed(VOLUMES):
        raise NotAllowed(
            _("This would also remove its volumes, and you may not remove volumes there.")
        )
    goes = {kind: errand.params.get(f"{kind}s", []) for kind in ("pod", "secret", "volume")}
    # before 4.4 Podman fails if one is gone
    here = {one.get("Name") for one in await pods.list_pods(errand.podman)}
    goes["pod"] = [name for name in goes["pod"] if name in here]
    await require_secret_verb(errand, goes["secret"], REMOVE)
    if not any(goes.values()):
        return {"changed": False}
    if goes["pod"]:
        await refuse_locked_dependents(errand, pods=goes["pod"])
    await errand.about_to_send()
    report = await kube.down(errand.podman, names_only(goes), volumes=removes_volumes)
    gone = [str(one.get("Id") or one.get("ID") or "") for one in report.get("RmReport") or []]
    for one in gone:
        errand.say(_("removed pod %s") % one[:12])
    await _rest(errand, goes)
    return {"changed": bool(gone)}


async def _rest(errand: Errand, goes: dict[str, list[str]]) -> None:
    """Remove what Podman leaves: secrets and volumes before 4.4. ActionFailed where a volume stays."""
    for name in goes["secret"]:
        with suppress(NotFound):
            await secrets.remove(errand.podman, name)
    stays: list[str] = []
    for name in goes["volume"]:
        try:
            await volumes.remove(errand.podman, name)
        except NotFound:
            continue
        except Conflict as used:
            stays.append(f"{name}: {used.message}")
    if stays:
        raise ActionFailed(_("The rest is taken down; these volumes stay."), "\n".join(stays))


async def settle(errand: Errand) -> Settlement:
    """Done when none of its pods is there."""
    names_only = set(errand.params.get("pods", []))
    left = [one for one in await pods.list_pods(errand.podman) if one.get("Name") in names_only]
    return Settlement.AGAIN if left else Settlement.DONE


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Take kube YAML down"),
        gettext_lazy("Remove all pods and containers of a YAML file"),
        sensitive=True,
        needs=(
            "container.view",
            "pod.view",
        ),
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Take kube YAML down:"), gettext_lazy("took kube YAML down:")),
    params=("pods",),
)
