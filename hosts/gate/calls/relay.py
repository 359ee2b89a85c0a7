"""The answer of the host on its way to the client: as it comes, or cut to what the person may see."""

import json
from collections.abc import AsyncIterator
from typing import Final

from hosts.access import Denied, Person, allows, find_endpoint
from hosts.access.fetch import HostObject, get_host_object
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.calls.cuts import CUTS, NOTHING, WHOLE
from hosts.gate.calls.host import HostConnection
from hosts.gate.calls.lasting import lasting
from hosts.gate.calls.visibility import Visibility
from hosts.gate.routes.replies import head_of, whole
from hosts.gate.routes.table import Answer
from hosts.link.framing import AnswerHead
from hosts.podman import PodmanError
from hosts.podman.client import Answer as PodmanAnswer
from hosts.podman.client import decode
from hosts.podman.lines import json_lines

# of the host's fields those that clients read
_FIELDS: Final = (
    "api-version",
    "content-type",
    "date",
    "docker-experimental",
    "libpod-api-version",
    "libpod-buildah-version",
    "location",
    "ostype",
    "server",
    "x-docker-container-path-stat",
)
# of what is one object's own nothing but values is ever cut
_OWN: Final = ("container", "image")


def fields_of(head: AnswerHead) -> list[str]:
    """What of the host's fields goes on, without those of the framing."""
    return [
        f"{name.title()}: {value.decode('latin-1')}"
        for name in _FIELDS
        for value in head.fields.get(name.encode(), [])[:1]
    ]


async def send_inspect(call: Call, answer: PodmanAnswer, seen: Visibility) -> None:
    """Send what the host has said of one object already, cut to what the person may see."""
    cut = call.request.route.cut
    uncut = not cut or (seen.unmasked and cut in _OWN)
    content = answer.body if uncut else await cut_whole(call, answer.body, seen)
    told = [(name.title(), answer.headers.get(name, "")) for name in _FIELDS]
    fields = [f"{name}: {value}" for name, value in told if value and value.isascii()]
    await call.client.send(whole(answer.status, content, fields))


async def relay(call: Call, target: str, seen: Visibility, told: HostObject | None) -> None:
    """Ask the host, and send its answer on in the way that the route says. `told`: the object that it is
    about.
    """
    route = call.request.route
    whole_one = seen.unmasked and route.cut in _OWN
    uncut = not route.cut or seen.whole or whole_one
    if route.answer is Answer.LINES:
        uncut = await in_thread(_holds, call.person, call)

    def still(person: Person) -> None:
        endpoint = find_endpoint(person, call.endpoint.pk)
        if told is not None:
            get_host_object(person, endpoint.pk, told, route.verb)
        elif route.cut and uncut and not _holds(person, call):
            # asked for again, it comes cut
            raise Denied(route.verb)

    async def work(host: HostConnection) -> None:
        head = await host.ask(call.head.method, target, [])
        if uncut or head.status >= 300:
            await pass_on(call, head, host.pieces())
        elif route.answer is Answer.LINES:
            await pass_on(call, head, _cut_lines(call, host, seen))
        else:
            content = await cut_whole(call, await host.whole(), seen)
            fields = fields_of(head)
            await call.client.send(whole(head.status, content, fields, method=call.head.method))

    async with HostConnection(call.endpoint, call.kept) as host:
        # from here on: some streams say nothing, not even their head, before something happens
        await lasting(call, still, work(host))


def _holds(person: Person, call: Call) -> bool:
    """True where nothing of the answer would be left out."""
    verbs = WHOLE.get(call.request.route.cut, ())
    return all(allows(person, verb, call.endpoint) for verb in verbs)


async def cut_whole(call: Call, content: bytes, seen: Visibility) -> bytes:
    """JSON cut as its route says. Refused where it is none."""
    try:
        value = decode(content)
    except PodmanError as failed:
        raise refused_by(failed) from failed
    shown = await in_thread(CUTS[call.request.route.cut], seen, value)
    return content if shown == value else json.dumps(shown).encode() + b"\n"


async def _cut_lines(call: Call, host: HostConnection, seen: Visibility) -> AsyncIterator[bytes]:
    cut = CUTS[call.request.route.cut]
    try:
        async for value in json_lines(host.pieces()):
            # rights may have become others since it began
            seen.person = call.session.person
            shown = await in_thread(cut, seen, value)
            if shown is not NOTHING:
                yield json.dumps(shown).encode() + b"\n"
    except PodmanError as failed:
        raise refused_by(failed) from failed


async def pass_on(call: Call, head: AnswerHead, pieces: AsyncIterator[bytes]) -> None:
    """The head, and the body as it comes, in chunks where nobody knows its length."""
    bodiless = call.head.method == "HEAD" or head.status in (204, 304)
    known = head.length is not None and call.request.route.answer is not Answer.LINES
    fields = fields_of(head)
    if not bodiless:
        fields.append(f"Content-Length: {head.length}" if known else "Transfer-Encoding: chunked")
    call.client.midway = not bodiless
    await call.client.send(head_of(head.status, fields))
    if bodiless:
        return
    async for piece in pieces:
        call.said.now()
        await call.client.send(piece if known else b"%x\r\n%b\r\n" % (len(piece), piece))
    if not known:
        await call.client.send(b"0\r\n\r\n")
    call.client.midway = False
