"""Kube files that clients play and take down: read, judged and written anew as pages do, and never started
before what came of them was looked at.
"""

import json
from base64 import urlsafe_b64decode
from contextlib import aclosing
from typing import Any, Final

from django.utils.translation import gettext as _

from hosts.access import target_of
from hosts.actions.images.references import parse
from hosts.actions.kube import down_kube, play_kube
from hosts.actions.kube.content_volumes import heed_unsafe
from hosts.actions.kube.kube_documents import as_sent, names_only
from hosts.actions.kube.kube_plan import KubePlan
from hosts.actions.kube.second_look import missing
from hosts.actions.kube.side_effects import REMOVE, VOLUMES
from hosts.actions.second_look_gate import at_kube
from hosts.actions.streams import StreamedAction, streamed_action
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.changes.approval import same_again
from hosts.gate.changes.kube_files import (
    There,
    heed_locked,
    heed_query,
    heed_there,
    read_file,
    there_is,
)
from hosts.gate.changes.turns import making, turn
from hosts.gate.routes.replies import Refused, whole
from hosts.gate.routes.values import checked
from hosts.guardrails.privileged import VERB as PRIVILEGED
from hosts.guardrails.privileged import lacks_right
from hosts.inventory.bounds import text
from hosts.jobs.errand import ActionFailed
from hosts.podman import PodmanError, images, kube, pods
from hosts.podman.pull import pull
from hosts.podman.registry_auth import Credential

# as Podman's client sends them on
_SENT: Final = ("logdriver", "nohostname", "nohosts", "notrunc", "staticips", "staticmacs")


async def play(call: Call) -> None:
    """Answer the request in Podman's shape. Refused."""
    plan, document = await read_file(call)
    heed_query(call)
    if short := [image for image in plan.images if parse(image).short]:
        words = f"These have no registry: {', '.join(short[:10])}. Write full names."
        raise Refused(400, words)
    await call.permit(play_kube.VERB)
    starts = call.request.one("start").lower() not in ("0", "f", "false")
    order = await in_thread(
        lambda: play_kube.order_for(call.endpoint, plan, text=document, start=starts)
    )
    if field := await in_thread(lacks_right, call.person, call.endpoint, order.proposal):
        raise Refused(403, f"{field} would make it privileged; {PRIVILEGED} is not held there.")
    params = order.params
    target = target_of(call.endpoint, kind="pod", name=order.name)
    try:
        there = await there_is(call, plan)
        await heed_there(call, there)
        async with (
            turn(call),
            streamed_action(
                call.person,
                play_kube.VERB,
                target,
                params,
                proposal=order.proposal,
                request=same_again(call, _asked(call), call.body, sealed=call.body),
            ) as action,
        ):
            await heed_unsafe(call.podman, plan)
            report, failed = await _play(call, action, plan, there, order.proposal, starts=starts)
            action.detail = "\n".join(failed) or "200"
            if failed:
                raise _NotStarted(report)
    except _NotStarted as told:
        # as Podman does: the pods are there, and the report says what does not run
        report = told.report
    except ActionFailed as stopped:
        raise Refused(403, " ".join(filter(None, (stopped.message, stopped.cause)))) from stopped
    except PodmanError as failed_call:
        raise refused_by(failed_call) from failed_call
    await call.client.send(whole(200, json.dumps(report).encode(), []))


class _NotStarted(ActionFailed):
    def __init__(self, report: dict[str, Any]) -> None:
        super().__init__(_("The pods were created, but not everything in them starts."))
        self.report = report


async def take_down(call: Call) -> None:
    """Answer the request in Podman's shape. Refused."""
    plan, _document = await read_file(call)
    await call.permit(down_kube.VERB)
    volumes = call.request.ticked("force")
    goes = plan.goes(volumes=volumes)
    try:
        there = await there_is(call, plan)
        if there.secrets:
            await call.permit(REMOVE)
        if volumes:
            await call.permit(VOLUMES)
        params: dict[str, Any] = {f"{kind}s": names for kind, names in goes.items()}
        params |= {"remove_volumes": volumes}
        name = ", ".join(goes["pod"] or plan.names("volume") or goes["secret"])[:200]
        target = target_of(call.endpoint, kind="pod", name=name)
        names = names_only(goes)
        request = same_again(call, _asked(call), names, shown=names.decode)
        async with (
            turn(call),
            streamed_action(call.person, down_kube.VERB, target, params, request=request) as action,
        ):
            # before 4.4 Podman fails if one is gone
            goes["pod"] = list(there.pods)
            await heed_locked(call, goes["pod"])
            action.committing = True
            report = await kube.down(call.podman, names_only(goes), volumes=volumes)
            action.committing = False
            action.detail = "200"
    except ActionFailed as stopped:
        raise Refused(403, " ".join(filter(None, (stopped.message, stopped.cause)))) from stopped
    except PodmanError as failed:
        raise refused_by(failed) from failed
    await call.client.send(whole(200, json.dumps(report).encode(), []))


def _asked(call: Call) -> str:
    """The path and query, by which it is the same again."""
    return call.request.rebuilt("", checked(call.request))


async def _play(
    call: Call,
    action: StreamedAction,
    plan: KubePlan,
    there: There,
    asked: Any,
    *,
    starts: bool,
) -> tuple[dict[str, Any], list[str]]:
    """(Podman's report, what did not start). ActionFailed, PodmanError."""
    await heed_locked(call, list(there.pods))
    await _pull(call, plan)
    if there.pods:
        action.committing = True
        await kube.down(call.podman, names_only({"pod": list(there.pods)}))
    async with making(call):
        fresh = await missing(call.podman, plan.names("volume"))
        action.committing = True
        report: dict[str, Any] = {}
        try:
            report = await kube.play(
                call.podman,
                as_sent(plan),
                start=False,
                networks=call.request.query.get("network", []),
                more=_sent(call),
            )
        finally:
            made = await _made(call, plan, report)
            await at_kube(action, call.endpoint, call.podman, made, fresh, asked)
        action.committing = False
        failed = await _start(call, report, made) if starts else []
    return report, failed


async def _made(call: Call, plan: KubePlan, report: dict[str, Any]) -> list[str]:
    """The pods that came to be; of a play that broke off those of their names. PodmanError."""
    told = [one for one in report.get("Pods") or [] if isinstance(one, dict)]
    if told:
        return [text(one.get("ID"), limit=80) for one in told]
    listed = await pods.list_pods(call.podman)
    names = plan.names("pod")
    return [text(one.get("Id"), limit=80) for one in listed if one.get("Name") in names]


def _sent(call: Call) -> dict[str, list[str]]:
    """Parameters that say nothing of what it may reach, as Podman spells them."""
    spelled = call.request.route.query
    given = {name: call.request.query.get(name, []) for name in _SENT}
    return {spelled[name]: values for name, values in given.items() if values}


async def _start(call: Call, report: dict[str, Any], ids: list[str]) -> list[str]:
    """Start the pods; what Podman said against it, which goes into its report too."""
    failed: list[str] = []
    told = [one for one in report.get("Pods") or [] if isinstance(one, dict)]
    for pod_id in ids:
        try:
            await pods.start(call.podman, pod_id)
        except PodmanError as words:
            if words.maybe_done or words.status is None:
                raise
            failed.append(words.message)
            for one in told:
                if one.get("ID") == pod_id:
                    one["ContainerErrors"] = [*(one.get("ContainerErrors") or []), words.message]
    return failed


async def _pull(call: Call, plan: KubePlan) -> None:
    """What is missing, with the account that the client sends. PodmanError."""
    for image in plan.images:
        if not await images.exists(call.podman, image):
            async with aclosing(pull(call.podman, image, credential=_credential(call))) as lines:
                async for _line in lines:
                    pass


def _credential(call: Call) -> Credential | None:
    sent = call.head.fields.get(b"x-registry-auth", [])
    if not sent or not sent[0]:
        return None
    try:
        told = json.loads(urlsafe_b64decode(sent[0]))
        given = [str(told.get(name) or "") for name in ("username", "password", "serveraddress")]
    except (ValueError, AttributeError) as bad:
        raise Refused(400, "X-Registry-Auth is not understood.") from bad
    return Credential(*given) if given[0] else None
