"""Adds hosts from the console: one by its URL, or many from a file. Uses the pages' actions.

Every failure is one line with cause and cure. A host is registered whole or not at all.
"""

import asyncio
import csv
import getpass
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

from asgiref.sync import async_to_sync
from django.utils.translation import gettext as _

from dashboard.furniture.new_host import AddHostError, HostCandidate, examine_alone, words
from hosts import control
from hosts.access import Person
from hosts.actions.hosts import (
    examine_host,
    host_address,
    jumps,
)
from hosts.actions.hosts.known_hosts import KnownHosts
from hosts.control import ControlError
from hosts.link.errors import LinkError
from hosts.models import Login
from hosts.refusals import FieldRefusal

_AT_ONCE = 8
_Each = Callable[["HostCandidate", asyncio.Semaphore], Awaitable[None]]
COLUMNS = (
    "address",
    "port",
    "user",
    "name",
    "groups",
    "notes",
    "socket",
    "key_file",
    "fingerprint",
)


def read_key(path: Path, *, passphrase_file: Path | None = None) -> tuple[bytes, str]:
    """(seal, public line) of a private key file; a passphrase is asked for at the terminal, once.

    Raises AddHostError.
    """
    try:
        pasted = path.read_bytes()
        given = passphrase_file.read_text().rstrip("\r\n") if passphrase_file else ""
        try:
            return examine_host.seal_given_key(pasted, given)
        except LinkError as exc:
            if exc.kind != "key-passphrase" or given or not sys.stdin.isatty():
                raise
        asked = getpass.getpass(_("Passphrase of %s: ") % path)
        return examine_host.seal_given_key(pasted, asked)
    except UnicodeDecodeError as exc:
        raise AddHostError(_("%s is not a text file.") % passphrase_file) from exc
    except OSError as exc:
        raise AddHostError(
            _("%(path)s cannot be read: %(why)s.")
            % {"path": exc.filename or path, "why": exc.strerror}
        ) from exc
    except LinkError as exc:
        raise AddHostError(f"{path}: {words(exc)}") from exc


def jump_named(person: Person, words: str) -> Login:
    """A registered login by its host's name, with `USER@` before it where there are several."""
    user, _at, name = words.rpartition("@")
    found = Login.objects.select_related("host").filter(host__name__iexact=name)
    found = found.filter(user=user) if user else found
    if not found:
        raise AddHostError(_("There is no host %s. `manage.py host list` shows all.") % words)
    if len(found) > 1:
        names = ", ".join(str(one) for one in found)
        raise AddHostError(_("Name one of its accounts: %s.") % names)
    try:
        jump = jumps.check_jump(person, found[0].pk)
    except FieldRefusal as exc:
        raise AddHostError(f"{exc.message} {exc.cure}".strip()) from exc
    assert jump is not None
    return jump


def read_rows(text: str, *, key: tuple[bytes, str] | None, folder: Path) -> list[HostCandidate]:
    """The hosts of a CSV file with a header. Raises AddHostError naming the line."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), skipinitialspace=True)
    names = [name.strip().lower() for name in rows.fieldnames or []]
    unknown = [name for name in names if name not in COLUMNS]
    if "address" not in names or unknown:
        raise AddHostError(
            _("The first line must name the columns: address, and any of %(names)s.%(unknown)s")
            % {
                "names": ", ".join(COLUMNS[1:]),
                "unknown": _(" Unknown: %s.") % ", ".join(unknown) if unknown else "",
            }
        )
    rows.fieldnames = names
    candidates: list[HostCandidate] = []
    keys: dict[Path, tuple[bytes, str]] = {}
    for row in rows:
        try:
            one = {name: (row.get(name) or "").strip() for name in COLUMNS}
            where = _where(one)
            if one["key_file"]:
                path = folder / Path(one["key_file"]).expanduser()
                if path not in keys:
                    keys[path] = read_key(path)
                sealed = keys[path]
            elif key is not None:
                sealed = key
            else:
                raise AddHostError(_("no key: give --key-file, or a column key_file."))
        except (FieldRefusal, AddHostError) as exc:
            raise AddHostError(_("Line %(n)d: %(why)s") % {"n": rows.line_num, "why": exc}) from exc
        candidates.append(
            HostCandidate(
                where,
                sealed_key=sealed[0],
                public_key=sealed[1],
                name=one["name"],
                groups=one["groups"].replace(",", " ").replace(";", " ").split(),
                notes=one["notes"],
                fingerprint=one["fingerprint"],
            )
        )
    if not candidates:
        raise AddHostError(_("The file has no hosts."))
    return candidates


def _where(row: dict[str, str]) -> host_address.HostAddress:
    said = host_address.parse_address(row["address"])
    port = said.port
    if row["port"]:
        if not (row["port"].isascii() and row["port"].isdigit()):
            raise FieldRefusal("port", _("“%s” is not a port number.") % row["port"][:20])
        port = host_address.check_port(int(row["port"][:9]))
    user = host_address.check_user(row["user"]) if row["user"] else said.user
    socket = host_address.check_socket(row["socket"]) if row["socket"] else said.socket
    return host_address.HostAddress(said.address, port, user, socket)


def take_known(candidates: Iterable[HostCandidate], known: KnownHosts) -> None:
    """Take host keys from a known_hosts file where it has them."""
    for one in candidates:
        one.shown = known.key_of(one.where.address, one.port)


def scan_many(candidates: Sequence[HostCandidate]) -> None:
    """Ask all hosts for their keys, some at once; `failure` says why one gave none."""

    async def each(one: HostCandidate, few: asyncio.Semaphore) -> None:
        async with few:
            try:
                one.shown = await control.scan(one.where.address, one.port)
            except ControlError as exc:
                one.failure = words(exc)

    _together(each, [one for one in candidates if one.shown is None])


def examine_many(candidates: Sequence[HostCandidate]) -> None:
    """Let the doctor look at all, some at once; `failure` says why one cannot be had."""

    async def each(one: HostCandidate, few: asyncio.Semaphore) -> None:
        async with few:
            try:
                await examine_alone(one)
            except ControlError as exc:
                one.failure = words(exc)

    _together(each, candidates)


def _together(each: _Each, candidates: Sequence[HostCandidate]) -> None:
    async def run() -> None:
        few = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(each(one, few) for one in candidates))

    async_to_sync(run)()
