"""Finds the Podman sockets that a login can open, and the transport to them."""

from dataclasses import dataclass
from typing import Final

from hosts.link.channel import Connection
from hosts.link.errors import LinkError
from hosts.link.http_get import get
from hosts.link.shell_facts import ShellFacts, gather, install_podman, start_socket
from hosts.link.ssh import SshConnection
from hosts.link.target import Transport

ROOTFUL: Final = "/run/podman/podman.sock"
# Tried where no command may ask for the user's number: systems give people these first.
_GUESSED_UIDS: Final = range(1000, 1020)
# Open to everybody on a system with systemd: they show whether sshd forwards sockets at all.
_OPEN_TO_ALL: Final = ("/run/dbus/system_bus_socket", "/run/systemd/journal/stdout")


class CannotTell(Exception):
    """This key cannot find it out."""


class Advice(Exception):
    """A step passed, with advice."""

    def __init__(self, detail: str, error: LinkError) -> None:
        super().__init__(detail)
        self.detail = detail
        self.error = error


@dataclass(frozen=True, slots=True)
class FoundSocket:
    """A socket seen on the host. `why`: the kind of a LinkError where it is of no use."""

    path: str
    rootful: bool
    usable: bool
    why: str = ""


class SocketSearch:
    """One search on a host; `works`: the transport that reached a socket."""

    def __init__(self, connection: Connection, *, wanted: str, timeout_s: float) -> None:
        self.facts: ShellFacts | None = None
        self.works: Transport | None = None
        self.found: list[FoundSocket] = []
        self._connection = connection
        self._wanted = wanted
        self._timeout_s = timeout_s
        self._looked = False
        self._refused: set[str] = set()
        self._answers: dict[str, LinkError | None] = {}

    async def transport(self) -> str:
        """How streams get to the host. Raises CannotTell, Advice or LinkError."""
        await self._look()
        if self.works == "forward":
            return "socket forwarding"
        closed = [path for path in self._refused if self.facts and path in self.facts.usable]
        stdio = self._stdio_words()
        if self.works == "dial-stdio" and not closed:
            return stdio
        if closed:
            if self.works == "dial-stdio":
                raise Advice(stdio, _prohibited(closed[0]))
            raise _prohibited(closed[0])
        if await self._forwards_others():
            return "socket forwarding"
        raise CannotTell("No Podman socket was found to try the forwarding with.")

    def _stdio_words(self) -> str:
        why = "for this key permits nothing else" if self.facts is None else "slower"
        if not isinstance(self._connection, SshConnection):
            return ""
        most = self._connection.sessions.most
        return f"podman system dial-stdio ({why}); up to {most} streams at once (MaxSessions)"

    async def choose(self, wanted: str) -> str:
        """The path of the socket to use: `wanted`, or the account's own. Raises LinkError."""
        await self._look()
        self.found = self._describe()
        usable = [found.path for found in self.found if found.usable]
        if wanted and wanted in usable:
            return wanted
        if not wanted and usable:
            own = f"/run/user/{self.facts.uid}/" if self.facts and self.facts.uid else ROOTFUL
            return next((path for path in usable if path.startswith(own)), usable[0])
        raise self._why_none(wanted)

    async def _look(self) -> None:
        if self._looked:
            return
        self._looked = True
        self.facts = await gather(
            self._connection, socket_path=self._wanted, timeout_s=self._timeout_s
        )
        for path in self._candidates():
            self._answers[path] = await self._try(path)
            if _went_through(self._answers[path]):
                self.works = "forward"
        self._refused = {path for path, error in self._answers.items() if _is_refused(error)}
        if self.works is None and isinstance(self._connection, SshConnection):
            await self._try_stdio(self._connection)

    def _candidates(self) -> list[str]:
        if self.facts is None:
            guesses = [f"/run/user/{uid}/podman/podman.sock" for uid in _GUESSED_UIDS]
            paths = [self._wanted, ROOTFUL, *guesses]
        else:
            paths = [self._wanted, *self.facts.usable, *self.facts.dead]
        return [path for path in dict.fromkeys(paths) if path]

    async def _try(self, path: str) -> LinkError | None:
        try:
            await get(self._connection, path, "/_ping", timeout_s=self._timeout_s)
        except LinkError as exc:
            return exc
        return None

    async def _try_stdio(self, connection: SshConnection) -> None:
        connection.transport = "dial-stdio"
        own = ROOTFUL
        if self.facts is not None and self.facts.uid:
            own = f"/run/user/{self.facts.uid}/podman/podman.sock"
        path = self._wanted or own
        try:
            info = (
                await get(connection, path, "/v5.0.0/libpod/info", timeout_s=self._timeout_s)
            ).json()
        except LinkError:
            connection.transport = "forward"
            return
        self.works = "dial-stdio"
        # A forced command dials its own socket, whatever the request says.
        host = info.get("host")
        remote = host.get("remoteSocket") if isinstance(host, dict) else None
        own_path = remote.get("path") if isinstance(remote, dict) else None
        if self.facts is None and isinstance(own_path, str) and own_path.startswith("unix:///"):
            path = own_path.removeprefix("unix://")[:4096]
        self._answers[path] = None

    async def _forwards_others(self) -> bool:
        for path in _OPEN_TO_ALL:
            if _went_through(await self._try(path)):
                return True
        return False

    def _describe(self) -> list[FoundSocket]:
        found = {
            path: FoundSocket(path, _is_rootful(path), usable=error is None, why=_kind(error))
            for path, error in self._answers.items()
            # A refused guess is no socket that was found.
            if error is None or not _is_refused(error) or self.facts is not None
        }
        if self.facts is not None:
            for path in self.facts.dead:
                found[path] = _useless(path, "service-not-answering")
            for path in self.facts.forbidden:
                found[path] = _useless(path, "socket-forbidden")
            missing = {*self.facts.usable, *self.facts.dead, *self.facts.forbidden}
            if self._wanted and self._wanted not in missing and not found[self._wanted].usable:
                del found[self._wanted]
        return list(found.values())

    def _why_none(self, wanted: str) -> LinkError:
        facts = self.facts
        seen = {found.path: found for found in self.found}
        if wanted in seen:
            return self._useless_error(seen[wanted])
        if facts is None:
            return LinkError(
                "channel-refused",
                cause=(
                    f"{wanted or 'No Podman socket'} could not be opened: it is not there, this "
                    "account may not open it, or sshd forbids it. This key cannot tell which."
                ),
                cure=start_socket(uid=None, user="the account", systemd=True),
            )
        cure = start_socket(uid=facts.uid, user=facts.user, systemd=facts.systemd)
        if not facts.podman_version and not self.found:
            return LinkError(
                "podman-missing",
                cause="There is no Podman socket, and Podman is not installed on this host.",
                cure=f"As root: {install_podman(facts.os)}, then {cure}",
            )
        if not wanted and self.found:
            return self._useless_error(self.found[0])
        return LinkError(
            "socket-missing",
            cause=f"There is no socket {wanted or 'of Podman for ' + facts.user}.",
            cure=cure,
        )

    def _useless_error(self, found: FoundSocket) -> LinkError:
        facts = self.facts
        failure = self._answers.get(found.path)
        if facts is None:
            return failure or _prohibited(found.path)
        cure = start_socket(uid=facts.uid, user=facts.user, systemd=facts.systemd)
        if found.why == "socket-forbidden":
            return LinkError(
                "socket-forbidden",
                cause=f"The account {facts.user} may not open {found.path}.",
                cure=f"Sign in as its owner, or use a socket of {facts.user}'s own. {cure}",
            )
        if found.path in facts.dead:
            return LinkError(
                "service-not-answering",
                cause=f"{found.path} is there, but nobody listens on it.",
                cure=cure,
            )
        if failure is not None and not _is_refused(failure):
            return failure
        return _prohibited(found.path)


def _useless(path: str, why: str) -> FoundSocket:
    return FoundSocket(path, _is_rootful(path), usable=False, why=why)


def _is_rootful(path: str) -> bool:
    return not path.startswith("/run/user/")


def _went_through(error: LinkError | None) -> bool:
    # It was opened, even if nobody answered there.
    return error is None or error.kind == "service-not-answering"


def _is_refused(error: LinkError | None) -> bool:
    return error is not None and error.kind == "channel-refused"


def _kind(error: LinkError | None) -> str:
    return "" if error is None else error.kind


def _prohibited(path: str) -> LinkError:
    return LinkError(
        "forwarding-prohibited",
        cause=f"The account may open {path}, but sshd does not forward sockets.",
        cure=(
            "In /etc/ssh/sshd_config set AllowStreamLocalForwarding yes (and no DisableForwarding), "
            "then: systemctl reload ssh (on some systems: sshd). Look for restrict in "
            "~/.ssh/authorized_keys too."
        ),
    )
