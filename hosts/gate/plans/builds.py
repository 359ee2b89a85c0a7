"""Building images from a context that a client sends: the same judges as of an upload in the pages."""

from collections.abc import AsyncIterator

from hosts.actions.builds.build_image import mounts_stay_inside
from hosts.actions.builds.look_back import state_before
from hosts.actions.second_look_streams import at_image, at_names
from hosts.actions.streams import StreamedAction, note_build
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call
from hosts.gate.calls.names import ResolvedObject
from hosts.gate.plans.build_query import read_build
from hosts.gate.plans.plan import Plan
from hosts.gate.plans.uploads import limit_bytes
from hosts.gate.routes.replies import Refused
from hosts.guardrails import Proposal, from_request
from hosts.guardrails.privileged import VERB as PRIVILEGED
from hosts.guardrails.privileged import lacks_right
from hosts.jobs.errand import ActionFailed
from hosts.jobs.held_requests import CREATE
from hosts.podman.decompress import decompress
from hosts.podman.tar_judge import of_context


async def plan_build(call: Call, _found: ResolvedObject | None) -> Plan:
    """The plan of an image that is to be built. Refused, Refusal."""
    verb = call.request.route.verb
    asked = read_build(call.request)

    def proposal(text: str | None) -> Proposal:
        return from_request.build(verb, asked.judged, text=text)

    before = proposal(None)
    await _heed_before(call, before)

    async def body(action: StreamedAction, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        judge = of_context(
            *asked.files,
            arguments=asked.arguments,
            read=asked.secrets,
            mounts=await mounts_stay_inside(call.podman),
            rooted=(*asked.files, *asked.secrets),
        )

        async def heed() -> None:
            for text in judge.texts:
                inner = proposal(text)
                await action.permit(inner, call.podman)
                if field := await in_thread(lacks_right, call.person, call.endpoint, inner):
                    raise ActionFailed(_not_privileged(field))

        if asked.tags:
            name = asked.tags[0]
            await note_build(action, name, await state_before(call.podman, name))
        async for piece in judge.checked(decompress(pieces, limit_bytes=limit_bytes()), heed):
            yield piece

    async def look(action: StreamedAction, _answer: bytes) -> None:
        if manifests := asked.query.get("manifest", []):
            await at_names(action, call.endpoint, manifests)
        elif asked.tags:
            await at_image(action, call.endpoint, call.podman, asked.tags[0], asked.tags)

    name = next(iter(asked.tags), asked.files[0])
    return Plan(
        asked.log_params(),
        proposal=before,
        query={name: asked.query.get(name, []) for name in call.request.query | asked.query},
        name=name,
        body=body,
        look=look,
    )


async def _heed_before(call: Call, proposal: Proposal) -> None:
    """Refused for what the query alone says."""
    if proposal.unknown:
        raise Refused(400, f"Not understood: {', '.join(proposal.unknown[:9])}.")
    if field := await in_thread(lacks_right, call.person, call.endpoint, proposal):
        raise Refused(403, _not_privileged(field))
    if any(part.devices or part.mounts for part in proposal.parts):
        # with those RUN is a container like any other
        await call.permit(CREATE)


def _not_privileged(field: str) -> str:
    return f"{field} would make it privileged; {PRIVILEGED} is not held there."
