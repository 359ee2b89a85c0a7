"""container.command: one command inside, without a terminal. A broken try leaves no trace to settle by."""

import json
import shlex
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.clean import clean
from hosts.access import Denied, NotVisible, Person, get_object
from hosts.actions.action import Action
from hosts.actions.containers.open_terminal import EXEC, VERBS
from hosts.actions.object_orders import ObjectRef, order_for, short_id
from hosts.cards import Lock, Right, Road
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.ask import ask_batch
from hosts.jobs.errand import ActionFailed, Errand, NotAllowed
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Batch, Job
from hosts.podman import PodmanError, execs, system
from hosts.podman.attach import RawStream
from hosts.podman.errors import Interrupted
from hosts.refusals import FieldRefusal

VERB, TERMINAL, QUEUE = "container.command", VERBS[EXEC], "long"
LAST_BYTES = 16 * 1024
MAX_LINE = 8_000


def ask(person: Person, ref: ObjectRef, *, command: str) -> Job:
    """Request it, as a line. FieldRefusal (no command, an open quote), NotVisible, Denied."""
    return ask_job(person, VERB, _order(person, ref, command, _split(command)), queue=QUEUE)


def ask_many(person: Person, refs: list[ObjectRef], *, command: str) -> Batch:
    """The same in several. Those without the right are listed in `skipped`."""
    words = _split(command)
    orders: list[Order] = []
    skipped: list[dict[str, str]] = []
    for ref in dict.fromkeys(refs):
        left_out = {"name": short_id(ref), "host": ""}
        try:
            orders.append(_order(person, ref, command, words))
        except NotVisible:
            skipped.append({**left_out, "why": _("no longer exists")})
        except Denied:
            skipped.append({**left_out, "why": _("not permitted")})
    return ask_batch(person, VERB, orders, skipped=skipped, queue=QUEUE)


def _split(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as exc:
        raise FieldRefusal("command", _("A quote or a backslash is open: close it.")) from exc
    if not words:
        raise FieldRefusal("command", _("Enter a command."))
    if len(command) > MAX_LINE:
        raise FieldRefusal("command", _("At most %d characters.") % MAX_LINE)
    return words


def _order(person: Person, ref: ObjectRef, command: str, words: list[str]) -> Order:
    get_object(person, "container", *ref, verb=VERB)
    row = get_object(person, "container", *ref, verb=TERMINAL)
    order = order_for(row, "container", {}, secrets=json.dumps(words).encode())
    # the log keeps its hash: the card lets no parameter through
    return replace(order, log_params={"command": command})


async def do(errand: Errand) -> dict[str, Any]:
    """Run it to its end. {"exit_code", "output"}; ActionFailed, with the same, where it was not 0."""
    if not await errand.allowed(TERMINAL):
        raise NotAllowed(_("This also takes the right to open a terminal there, which is gone."))
    sealed = await errand.secrets()
    if sealed is None:
        raise ActionFailed(_("The command was erased before it was sent: enter it again."))
    # without its start it runs nothing
    session = await execs.create(errand.podman, errand.object_id, json.loads(sealed), stdin=False)
    await errand.about_to_send()
    output = await _end_of(await execs.start(errand.podman, session, tty=False))
    errand.say(output)
    result = {"exit_code": await _exit_code(errand, session), "output": output}
    if result["exit_code"]:
        raise ActionFailed(_("exit %d") % result["exit_code"], left=result)
    return result


async def _end_of(pipe: RawStream) -> str:
    last = bytearray()
    try:
        async for frames in pipe.frames():
            last += b"".join(frame.data for frame in frames)
            del last[:-LAST_BYTES]
    finally:
        await pipe.close()
    return clean(last.decode(errors="replace"), limit=LAST_BYTES).rstrip("\n")


async def _exit_code(errand: Errand, session: str) -> int:
    """Interrupted where it may run on: its output also ends with the connection."""
    try:
        found = await execs.inspect(errand.podman, session)
    except PodmanError as lost:
        raise Interrupted("Its exit code is not known.", cause=lost.message) from lost
    if found.get("Running") or not isinstance(found.get("ExitCode"), int):
        raise Interrupted("The connection ended before the command did.")
    return int(found["ExitCode"])


async def settle(errand: Errand) -> Settlement:
    """Unknown: nothing tells whether it ran."""
    await system.ping(errand.podman)
    return Settlement.UNKNOWN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    queue=QUEUE,
    right=Right(
        gettext_lazy("Run commands"),
        gettext_lazy("Run a command inside, and read what such jobs printed"),
        sensitive=True,
        needs=(TERMINAL,),
    ),
    road=Road(why="it runs with the rights that the container has"),
    lock=Lock.PASSES,
    private=True,
    words=(gettext_lazy("Run a command in"), gettext_lazy("ran a command in")),
)
