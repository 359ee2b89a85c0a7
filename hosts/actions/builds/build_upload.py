"""image.build of a context that a person uploads: streamed through, with intent and outcome."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from hosts.access import Person, get_endpoint
from hosts.access.fetch import target_of
from hosts.actions.archive_words import told
from hosts.actions.builds import containerfile
from hosts.actions.builds.build_fields import BuildOrder
from hosts.actions.builds.build_image import VERB, failed_words, mounts_stay_inside, proposed
from hosts.actions.builds.look_back import how_it_stands
from hosts.actions.second_look_streams import at_image
from hosts.actions.streamed import note_build, streamed
from hosts.dial import dial
from hosts.jobs.errand import ActionFailed
from hosts.models import Endpoint
from hosts.podman import Podman
from hosts.podman.build import BuildResult, build
from hosts.podman.compressed import decompress
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
    """Podman's lines, at last one BuildResult. ActionFailed, PodmanError. The caller has authorised it.

    `body` is a tar, plain or compressed; unpacked it may have `limit_bytes`. It is judged as it
    passes: nothing in it may lead Podman to files of the host, and its Containerfile is held to the
    rules as one that was typed, before Podman has the end.

    No kept registry password goes along: web cannot open the vault. Pull such a base first.
    """
    target = target_of(endpoint, kind="image", object_id="", name=order.tags[0])
    step = ""
    params = {**order.shown(), "file": file}
    told_before = proposed(order, None)
    async with streamed(person, VERB, target, params, proposed=told_before) as doing:
        async with Podman(dial(endpoint, streams=True)) as podman:

            async def heed(texts: list[str]) -> None:
                for text in texts:
                    await doing.permit(proposed(order, text), podman)

            try:
                context = decompress(body, limit_bytes=limit_bytes)
                mounts = await mounts_stay_inside(podman)
                await note_build(doing, order.tags[0], await how_it_stands(podman, order.tags[0]))
                building = build(podman, context, order.options(), mounts=mounts, heed=heed)
                async with aclosing(building) as lines:
                    async for line in lines:
                        doing.committing = True
                        if isinstance(line, str):
                            step = containerfile.step_of(line) or step
                        else:
                            await at_image(doing, endpoint, podman, line.image_id, order.tags)
                        yield line
            except BuildFailed as failed:
                raise ActionFailed(failed_words("", step), failed.message) from failed
            except ArchiveRefused as refused:
                raise told(refused) from refused
