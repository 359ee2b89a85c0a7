"""image.build of an uploaded context, as a stream with intent and outcome."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from hosts.access import Person, get_endpoint
from hosts.access.fetch import target_of
from hosts.actions.archive_words import archive_trouble
from hosts.actions.builds import containerfile
from hosts.actions.builds.build_fields import BuildOrder
from hosts.actions.builds.build_image import VERB, failed_words, mounts_stay_inside, proposal
from hosts.actions.builds.look_back import state_before
from hosts.actions.second_look_streams import at_image
from hosts.actions.streams import note_build, streamed_action
from hosts.dial import dial
from hosts.jobs.errand import ActionFailed
from hosts.models import Endpoint
from hosts.podman import Podman
from hosts.podman.build import BuildResult, build
from hosts.podman.decompress import decompress
from hosts.podman.errors import BuildFailed
from hosts.podman.tar_judge import ArchiveRefused


def buildable(person: Person, endpoint_id: int) -> Endpoint:
    """The endpoint to build on. NotVisible, Denied."""
    return get_endpoint(person, endpoint_id, VERB)


async def build_upload(
    person: Person,
    endpoint: Endpoint,
    body: AsyncIterator[bytes],
    *,
    order: BuildOrder,
    file: str,
    limit_bytes: int,
) -> AsyncGenerator[str | BuildResult, None]:
    """Podman's lines, and one Built at the end. The caller has authorised it. ActionFailed, PodmanError.
    `body` is a tar, plain or compressed, with at most `limit_bytes` unpacked. It is checked while it
    passes: nothing may lead Podman to the host's files. Rules judge its Containerfile before Podman has the
    whole tar. Web cannot open the vault, so no stored registry password is sent. Pull such a base first.
    """
    target = target_of(endpoint, kind="image", object_id="", name=order.tags[0])
    step = ""
    params = {**order.log_params(), "file": file}
    told_before = proposal(order, None)
    async with streamed_action(person, VERB, target, params, proposal=told_before) as action:
        async with Podman(dial(endpoint, streams=True)) as podman:

            async def heed(texts: list[str]) -> None:
                for text in texts:
                    await action.permit(proposal(order, text), podman)

            try:
                context = decompress(body, limit_bytes=limit_bytes)
                mounts = await mounts_stay_inside(podman)
                await note_build(action, order.tags[0], await state_before(podman, order.tags[0]))
                building = build(podman, context, order.options(), mounts=mounts, heed=heed)
                async with aclosing(building) as lines:
                    async for line in lines:
                        action.committing = True
                        if isinstance(line, str):
                            step = containerfile.step_of(line) or step
                        else:
                            await at_image(action, endpoint, podman, line.image_id, order.tags)
                        yield line
            except BuildFailed as failed:
                raise ActionFailed(failed_words("", step), failed.message) from failed
            except ArchiveRefused as refused:
                raise archive_trouble(refused) from refused
