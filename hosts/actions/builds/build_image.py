"""image.build of a Containerfile that was typed: a job. A broken try is never sent again: its tag tells
whether Podman came to its end, at once or when the host is back.

The file and its arguments can hold secrets: they are sealed in the job's row, and erased at the
outcome.
"""

import json
from contextlib import aclosing
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts import advisories
from hosts.access import Person, get_endpoint
from hosts.actions import archive_words
from hosts.actions.action import Action
from hosts.actions.builds import containerfile
from hosts.actions.builds.build_fields import BuildOrder, checked
from hosts.actions.builds.look_back import became, how_it_stands, image_of
from hosts.actions.images.references import parse
from hosts.actions.registries.credentials import auth_for
from hosts.actions.second_look_objects import at_image
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import Proposed, of_containerfile, of_others
from hosts.jobs.ask import Order
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.models import Endpoint, Job
from hosts.podman import Podman, base_judge, system
from hosts.podman.build import BuildResult, build
from hosts.podman.containerfile import LIMIT_BYTES, instructions
from hosts.podman.errors import BuildFailed
from hosts.podman.registry_auth import Credential
from hosts.podman.tar_judge import ArchiveRefused
from hosts.refusals import FieldRefusal, Refusal

VERB = "image.build"


def ask(person: Person, endpoint_id: int, *, text: str, order: BuildOrder) -> Job:
    """Ask for an image of the Containerfile `text`. FieldRefusal, NotVisible, Denied."""
    endpoint = get_endpoint(person, endpoint_id, VERB)
    if next(instructions(text), None) is None:
        raise FieldRefusal("text", _("Write a Containerfile: it begins with FROM."))
    if len(text.encode()) > LIMIT_BYTES:
        raise FieldRefusal("text", _("The Containerfile is larger than 256 KiB."))
    try:
        mounts = advisories.barred(endpoint.podman_version, advisories.BUILD_MOUNTS) is None
        base_judge.judge(text, order.arguments, mounts=mounts)
    except base_judge.UnsafeBase as base:
        raise FieldRefusal("text", archive_words.told_base(base.line, base.why)) from base
    return ask_job(person, VERB, order_for(endpoint, text=text, order=order), queue="long")


def order_for(endpoint: Endpoint, *, text: str, order: BuildOrder) -> Order:
    """What is asked for, whatever is in its way."""
    secrets = {"text": text, "arguments": order.arguments}
    return Order(
        endpoint=endpoint,
        kind="image",
        object_id="",
        name=order.tags[0],
        params={**order.shown(), "containerfile": containerfile.NAME},
        secrets=json.dumps(secrets).encode(),
        proposed=proposed(order, text),
    )


def proposed(order: BuildOrder, text: str | None) -> Proposed:
    """What a build would make of a Containerfile; None: of one in a folder that is still to come."""
    return of_others.build(VERB, order.options().params(), text=text)


async def do(errand: Errand) -> dict[str, Any]:
    """Build it; Podman's lines are the job's output."""
    sealed = json.loads(await errand.secrets() or b"{}")
    text = str(sealed["text"])
    params = errand.params
    order = checked(
        tags=params["tags"],
        target=params["target"],
        platform=params["platform"],
        no_cache=params["no_cache"],
        pull_always=params["pull"],
        labels=params["labels"],
        arguments=sealed["arguments"],
    )
    await errand.permit(proposed(order, text))
    credentials = await _credentials(errand, text)
    await errand.about_to_send(await how_it_stands(errand.podman, order.tags[0]))
    step = ""
    try:
        lines = build(
            errand.podman,
            containerfile.context_of(text),
            order.options(),
            credentials=credentials,
            mounts=await mounts_stay_inside(errand.podman),
        )
        async with aclosing(lines) as told:
            async for line in told:
                if isinstance(line, BuildResult):
                    await at_image(errand, line.image_id, list(order.tags))
                    return {"kind": "image", "id": line.image_id}
                step = containerfile.step_of(line) or step
                for part in line.rstrip("\n").split("\n"):
                    errand.say(part)
                await errand.report({})
    except BuildFailed as failed:
        raise ActionFailed(failed_words(text, step), failed.message) from failed
    except ArchiveRefused as refused:
        raise archive_words.told(refused) from refused
    raise ActionFailed(_("The build ended without an image."))


async def mounts_stay_inside(podman: Podman) -> bool:
    """Whether RUN --mount may be used there: asked now, for what is stored can be of before."""
    version = (await system.ping(podman)).libpod
    return advisories.barred(version, advisories.BUILD_MOUNTS) is None


def failed_words(text: str, step: str) -> str:
    """Where it failed, in words: the line of the Containerfile and the instruction."""
    line = containerfile.line_of(text, step) if step and text else 0
    if line:
        return _("The build failed at line %(line)d: %(step)s") % {"line": line, "step": step}
    if step:
        return _("The build failed at: %s") % step
    return _("The Containerfile could not be read or its base not be found.")


async def _credentials(errand: Errand, text: str) -> list[Credential]:
    """Those that are kept for the registries of the images that it takes."""
    found: list[Credential] = []
    for image in dict.fromkeys(of_containerfile.read(text).images):
        try:
            reference = parse(image)
        except Refusal:
            # Podman says what is wrong with it, in the step's place
            continue
        if auth := await auth_for(errand.endpoint, reference):
            found.append(auth)
    return found


async def settle(errand: Errand) -> Settlement:
    """Done where the tag has a new image. Else nobody can tell: RUN may have reached outside, so it is
    never sent again, and Podman may still be at it.
    """
    tagged = await image_of(errand.podman, errand.params["tags"][0])
    if "tagged" not in errand.before or tagged in ("", errand.before["tagged"]):
        return Settlement.UNKNOWN
    await at_image(errand, tagged, list(errand.params["tags"]))
    return Settlement.DONE


async def look_back(errand: Errand) -> Settlement | None:
    """What became of one that ended unknown; None while a build runs there."""
    if "tagged" not in errand.before:
        return Settlement.UNKNOWN
    name = errand.params["tags"][0]
    settled = await became(errand.podman, name, errand.before)
    if settled is Settlement.DONE:
        await at_image(errand, await image_of(errand.podman, name), list(errand.params["tags"]))
    return settled


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    look_back=look_back,
    right=Right(
        gettext_lazy("Build images"),
        gettext_lazy(
            "Run a Containerfile on a host: its commands run there, as the user of that Podman"
        ),
        sensitive=True,
    ),
    road=MAKES,
    lock=Lock.MAKES,
    words=(gettext_lazy("Build"), gettext_lazy("built")),
    params=("tags", "containerfile", "no_cache", "argument_names"),
)
