"""Archives that clients send: judged while they pass, never held as a whole."""

from collections.abc import AsyncIterator
from typing import Final

from django.conf import settings

from hosts.actions.archive_words import archive_trouble
from hosts.actions.streams import StreamedAction
from hosts.gate.calls.call import Call
from hosts.gate.calls.host import HostConnection
from hosts.gate.calls.lasting import Still, first, lasting, right_ended
from hosts.gate.plans.plan import Body
from hosts.gate.routes.replies import Refused
from hosts.link.framing import AnswerHead
from hosts.podman.tar_judge import ArchiveRefused

# what has come stays where the archive breaks off
_PIECEWISE: Final = frozenset({"container.files_edit"})


def limit_bytes() -> int:
    """Of an archive, as it comes and unpacked: as in the pages."""
    return settings.HAULOUT_UPLOAD_MIB * 2**20


async def upload(
    call: Call,
    action: StreamedAction,
    host: HostConnection,
    target: str,
    fields: list[str],
    body: Body,
    still: Still,
) -> AnswerHead:
    """Send what `body` lets through; the head of the host's answer. Refused (400) for an archive that could
    reach out of itself, ActionFailed for what is in it. The host gets its end in neither case.
    """
    action.committing = call.request.route.verb in _PIECEWISE
    early: list[AnswerHead] = []

    async def passed() -> AsyncIterator[bytes]:
        async for piece in body(action, call.client.pieces(limit_bytes())):
            yield piece
        # the host has everything: a broken connection does not undo it any more
        action.committing = True

    async def send() -> None:
        head = await host.send(call.head.method, target, fields, passed())
        early.extend([head] if head is not None else [])

    async def hear() -> None:
        early.append(await host.answered())

    try:
        await first(send(), right_ended(call, still))
    except ArchiveRefused as refused:
        action.committing = False
        trouble = archive_trouble(refused)
        words = " ".join(filter(None, (trouble.message, trouble.cause)))
        raise Refused(400, words, cause=refused.message) from refused
    if not early:
        await lasting(call, still, hear())
    return early[0]
