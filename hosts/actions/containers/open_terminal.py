"""container.exec and container.attach: streamed actions in the process that passes the bytes.

Call `begin` before anything is sent to the host, and `finish` or `mark_lost` once at the end. All calls are
synchronous: run them in a thread.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from audit import write
from audit.shapes import AlreadySettled, Result
from hosts import bells
from hosts.access import Person, get_object, grounds
from hosts.access.fetch import target_of
from hosts.actions.object_orders import ObjectRef
from hosts.cards import Card, Lock, Right, Road, When
from hosts.guardrails import from_request, require
from hosts.jobs.order_check import warnings_of
from hosts.models import InventoryRow, OpenTerminal

EXEC, ATTACH = "exec", "attach"
VERBS = {EXEC: "container.exec", ATTACH: "container.attach"}
WATCH = "container.watch"
CARDS = (
    Card(
        VERBS[EXEC],
        right=Right(
            gettext_lazy("Open terminals"),
            gettext_lazy(
                "Run a shell or a command inside: it reads and changes all that the container "
                "can, including secrets"
            ),
            sensitive=True,
        ),
        road=Road(When.STREAM, why="its terminal is the person's from the first byte"),
        lock=Lock.PASSES,
        words=(gettext_lazy("Terminal in"), gettext_lazy("opened a terminal in")),
        # Text typed later is not logged. The page says that the command is.
        params=("command", "shell", "directory"),
    ),
    Card(
        VERBS[ATTACH],
        right=Right(
            gettext_lazy("Attach"),
            gettext_lazy("Type to the main process and read its output"),
            sensitive=True,
        ),
        road=Road(When.STREAM, why="it makes nothing"),
        lock=Lock.PASSES,
        words=(gettext_lazy("Attach to"), gettext_lazy("attached to")),
    ),
)
# logged until it is known which shell the container has
ANY_SHELL = "shell"


@dataclass(frozen=True, slots=True)
class ExecOptions:
    """Options of a terminal. `command` empty: the best shell in the container. `tty` false: bytes go
    in and out as they are.
    """

    kind: str = EXEC
    command: tuple[str, ...] = ()
    user: str = ""
    directory: str = ""
    columns: int = 80
    rows: int = 24
    tty: bool = True

    @property
    def words(self) -> str:
        """The command as a line."""
        return " ".join(self.command)


@dataclass
class TerminalIntent:
    """A terminal whose intent is written. `row`: its container."""

    row: InventoryRow
    options: ExecOptions
    pk: int
    intent: int
    key: str
    mark: str
    since: Any = field(default_factory=timezone.now)


def begin(person: Person, ref: ObjectRef, options: ExecOptions) -> TerminalIntent:
    """Authorise and write the intent. NotVisible, Denied, GuardrailRefused. If the intent cannot be
    written, nothing opens.
    """
    row = get_object(person, "container", *ref, verb=VERBS[options.kind])
    target = target_of(row.endpoint, kind="container", object_id=row.podman_id, name=row.name)
    user = options.user if options.kind == EXEC else ""
    proposal = from_request.command(VERBS[options.kind], user=user, name=row.name)
    beside = warnings_of(require(person, row.endpoint, proposal, target=target))
    key, mark = secrets.token_urlsafe(24), secrets.token_hex(12)
    with transaction.atomic():
        made = OpenTerminal(
            key=key,
            kind=options.kind,
            endpoint=row.endpoint,
            podman_id=row.podman_id,
            name=row.name or row.podman_id[:12],
            owner=person.user,
            owner_name=str(person.user),
            command=options.words[:500],
            user=options.user[:200],
            directory=options.directory[:1000],
            mark=mark,
            intent=write.intent(
                person.who,
                VERBS[options.kind],
                target,
                params=_params(options) | beside,
                grant=grounds(person, VERBS[options.kind], row.endpoint, row).words,
            ),
        )
        made.save()
    bells.ring("terminals", "audit")
    return TerminalIntent(row, options, made.pk, made.intent, key, mark)


def _params(options: ExecOptions) -> dict[str, Any]:
    if options.kind == ATTACH:
        return {}
    given = {"user": options.user, "directory": options.directory, "command": options.words}
    kept = {name: value for name, value in given.items() if value}
    return kept if options.command else {**kept, "shell": ANY_SHELL}


def update_row(opened: TerminalIntent, **fields: Any) -> None:
    """Store what is known by now: exec_id, command, watchers."""
    OpenTerminal.objects.filter(pk=opened.pk).update(**fields)
    bells.ring("terminals")


def watch(person: Person, opened: TerminalIntent, *, owner: str) -> None:
    """Log that another person watches the terminal."""
    row = opened.row
    target = target_of(row.endpoint, kind="container", object_id=row.podman_id, name=row.name)
    with transaction.atomic():
        grant = grounds(person, WATCH, row.endpoint, row).words
        write.event(person.who, WATCH, target, params={"owner": owner}, grant=grant)
    bells.ring("audit")


def finish(opened: TerminalIntent, result: Result, *, detail: str, duration_ms: int) -> None:
    """Write the outcome and delete the row."""
    with transaction.atomic():
        OpenTerminal.objects.filter(pk=opened.pk, lost_at=None).delete()
        _outcome(opened.intent, result, detail=detail, duration_ms=duration_ms)
    bells.ring("terminals", "audit")


def mark_lost(opened: TerminalIntent, *, detail: str, duration_ms: int) -> None:
    """The host is away, so the outcome is unknown. The row stays until the shell's end is certain."""
    with transaction.atomic():
        OpenTerminal.objects.filter(pk=opened.pk, lost_at=None).update(lost_at=timezone.now())
        _outcome(opened.intent, Result.UNKNOWN, detail=detail, duration_ms=duration_ms)
    bells.ring("terminals", "audit")


def _outcome(intent: int, result: Result, *, detail: str, duration_ms: int) -> None:
    try:
        write.outcome(intent, result, detail=detail[:1000], duration_ms=duration_ms)
    except AlreadySettled:
        # a worker settled it as lost meanwhile (settle_terminals)
        return


def renew_rows(pks: list[int]) -> None:
    """Mark these terminals as held by this process."""
    OpenTerminal.objects.filter(pk__in=pks).update(seen_at=timezone.now())
