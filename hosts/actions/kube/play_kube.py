"""kube.play: makes the pods, volumes and secrets of a kube file. Settled by the label io.haulout.job.

The file can hold secrets, so it is sealed in the job's row and erased at the outcome. The entry has the
plan's names.
"""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_endpoint
from hosts.actions.action import Action
from hosts.actions.creation import job_filter
from hosts.actions.images.pull import pull_into
from hosts.actions.images.references import parse
from hosts.actions.kube.content_volumes import heed_unsafe, refuse_unsafe
from hosts.actions.kube.kube_documents import with_job_labels
from hosts.actions.kube.kube_plan import KubePlan, plan_of
from hosts.actions.kube.second_look import look, missing, new_volumes, remove_made, start
from hosts.actions.kube.side_effects import REPLACE, require_secret_verb, require_side_verbs
from hosts.capabilities import version_of
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import GuardrailRefused, Proposal, from_kube
from hosts.inventory.observed import OF_CONTAINERS
from hosts.jobs import crash
from hosts.jobs.approvals import HeldForApproval
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand, NotAllowed
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import INVENTORY, Endpoint, Job
from hosts.models.inventory import LIVE
from hosts.podman import images, kube, pods, system
from hosts.refusals import FieldRefusal

VERB = "kube.play"
# kinds whose names must be free. Existing volumes are used, and secrets are replaced.
_NEW = ("pod", "container")
_KINDS = ("pod", "container", "volume", "secret")
# from this version on Podman reads the process limit from an annotation
_PIDS_SINCE = (5, 5)
# … makes one replica of a Deployment, without a number
_ONE_REPLICA_SINCE = (4, 4)
# … uses an existing volume for a claim. Before, it refuses the file.
_TAKES_VOLUMES_SINCE = (4, 4)


def plan_on(endpoint: Endpoint, text: str) -> KubePlan:
    """The plan on that endpoint. YamlRefused."""
    version = version_of(endpoint)
    return plan_of(text, numbered=version is not None and version < _ONE_REPLICA_SINCE)


def clashes(endpoint: Endpoint, plan: KubePlan) -> list[tuple[str, str]]:
    """(kind, name) of planned objects that exist by the inventory."""
    return existing_objects(endpoint, {kind: plan.names(kind) for kind in _KINDS})


def existing_objects(endpoint: Endpoint, names: dict[str, list[str]]) -> list[tuple[str, str]]:
    """(kind, name) of those that the inventory has."""
    found: list[tuple[str, str]] = []
    for kind in _KINDS:
        rows = INVENTORY[kind].objects.filter(LIVE, endpoint=endpoint, name__in=names[kind])
        found += [(kind, name) for name in rows.values_list("name", flat=True)]
    return found


def ask(person: Person, endpoint_id: int, *, text: str, start: bool = True) -> Job:
    """Request to play the file. YamlRefused, FieldRefusal, NotVisible, Denied."""
    endpoint = get_endpoint(person, endpoint_id, VERB)
    plan = plan_on(endpoint, text)
    clashing = clashes(endpoint, plan)
    require_side_verbs(person, endpoint, clashing, {"secret": REPLACE})
    existing = [name for kind, name in clashing if kind in _NEW]
    if existing:
        raise FieldRefusal(
            "text",
            _("These already exist on %(host)s: %(names)s.")
            % {"host": endpoint, "names": ", ".join(existing[:10])},
            cure=_("Take them down first, or choose other names."),
        )
    short = [image for image in plan.images if parse(image).short]
    if short:
        raise FieldRefusal(
            "text",
            _("These have no registry: %s.") % ", ".join(short[:10]),
            cure=_("Write full names, such as docker.io/library/nginx."),
        )
    refuse_unsafe(endpoint, plan)
    order = order_for(endpoint, plan, text=text, start=start)
    return ask_job(person, VERB, order, queue="long")


def order_for(endpoint: Endpoint, plan: KubePlan, *, text: str, start: bool) -> Order:
    """The order, before anything is checked."""
    return Order(
        endpoint=endpoint,
        kind="pod",
        object_id="",
        name=", ".join(plan.names("pod") or plan.names("volume") or plan.names("secret"))[:200],
        params={
            "pods": plan.names("pod"),
            "containers": plan.names("container"),
            "volumes": plan.names("volume"),
            "secrets": plan.names("secret"),
            "fills": list(plan.fills),
            "images": plan.images,
            "start": start,
        },
        secrets=text.encode(),
        proposal=proposal(endpoint, plan),
    )


def proposal(endpoint: Endpoint, plan: KubePlan) -> Proposal:
    """What the guardrails judge."""
    version = version_of(endpoint)
    return from_kube.kube(
        VERB,
        (one.content for one in plan.documents),
        unknown=(path for path, _line in plan.unknown),
        pids=version is not None and version >= _PIDS_SINCE,
    )


async def do(errand: Errand) -> dict[str, Any]:
    """Pull missing images, remove what an earlier try left, create, look, then start."""
    sealed = await errand.secrets()
    text = (sealed or b"").decode()
    plan = plan_on(errand.endpoint, text)
    asked = proposal(errand.endpoint, plan)
    try:
        await errand.permit(asked)
    except (GuardrailRefused, NotAllowed, HeldForApproval):
        # a rule is newer than the first try
        if errand.broken:
            errand.say(await remove_made(errand))
        raise
    for path, line in plan.unknown:
        errand.say(
            _("Left out, because Haulout does not know it: %(name)s (line %(line)d)")
            % {"name": path, "line": line}
        )
    if not errand.broken:
        await require_secret_verb(errand, plan.names("secret"), REPLACE)
    for image in plan.images:
        if not await images.exists(errand.podman, image):
            errand.say(_("Pulling %s") % image)
            await pull_into(errand, image)
    await _clear(errand)
    await heed_unsafe(errand.podman, plan)
    fresh = await new_volumes(errand, plan.names("volume"))
    await errand.about_to_send({"volumes": fresh})
    report = await _play(errand, plan)
    await crash.point(crash.AFTER_CREATE, errand.job_id)
    made = await look(errand, asked, fresh)
    await crash.point(crash.AFTER_LOOK, errand.job_id)
    failed = await start(errand, made) if errand.params.get("start", True) else []
    return _result(errand, report, failed)


async def _play(errand: Errand, plan: KubePlan) -> dict[str, Any]:
    """Podman's report. Existing volumes are used, on every Podman."""
    version = version_of(errand.endpoint)
    if version is None or version < _TAKES_VOLUMES_SINCE:
        absent = await missing(errand.podman, plan.names("volume"))
        sent = tuple(
            one
            for one in plan.documents
            if one.content["kind"] != "PersistentVolumeClaim"
            or one.content["metadata"]["name"] in absent
        )
        # for a file of only claims nothing is left, and Podman refuses an empty file
        if not sent:
            return {}
        plan = replace(plan, documents=sent)
    return await kube.play(errand.podman, with_job_labels(plan, job_id=errand.job_id), start=False)


def _result(errand: Errand, report: dict[str, Any], failed: list[str]) -> dict[str, Any]:
    """The report as lines and result. ActionFailed where a container did not start."""
    made = [pod for pod in report.get("Pods") or [] if isinstance(pod, dict)]
    for pod in made:
        errand.say(_("pod %s") % str(pod.get("ID", ""))[:12])
        for line in pod.get("Logs") or []:
            errand.say(str(line).strip())
        failed += [str(line).strip() for line in pod.get("ContainerErrors") or []]
    for volume in report.get("Volumes") or []:
        errand.say(_("volume %s") % volume.get("Name", ""))
    if failed:
        raise ActionFailed(
            _("The pods were created, but not everything in them starts. Nothing was removed."),
            "\n".join(failed),
        )
    first = str(made[0].get("ID", "")) if made else ""
    return {"kind": "pod", "id": first, "pods": [str(pod.get("ID", "")) for pod in made]}


async def _clear(errand: Errand) -> None:
    for pod in await pods.list_pods(errand.podman, filters=job_filter(errand.job_id)):
        await errand.about_to_send()
        await pods.remove(errand.podman, pod["Id"], force=True)


async def settle(errand: Errand) -> Settlement:
    """`do` finds what an earlier try made by its label, and makes it again."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Play kube YAML"),
        gettext_lazy("Create pods, containers, volumes and secrets from a YAML file"),
        sensitive=True,
        needs=(
            "container.view",
            "pod.view",
        ),
    ),
    road=MAKES,
    lock=Lock.MAKES,
    words=(gettext_lazy("Play kube YAML:"), gettext_lazy("played kube YAML:")),
    causes=OF_CONTAINERS | {"pod.create", "pod.start", "pod.stop", "pod.remove"},
    params=("pods", "containers", "secrets", "start"),
)
