"""Podman on the machine that Haulout itself runs on: its sockets, and obstacles to them.

It only looks. Every obstacle comes with the command that removes it.
"""

import getpass
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from hosts.podman import Podman, UnixDial, system
from hosts.podman.errors import PodmanError

ROOTFUL: Final = "/run/podman/podman.sock"
_ASK_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class LocalSocket:
    """A place for a socket of this machine. `ready`: it answers; else `why` and `cure`."""

    path: str
    user: str
    rootless: bool
    ready: bool
    why: str = ""
    cure: str = ""
    graph_root: str = ""
    podman_version: str = ""


async def find_sockets() -> list[LocalSocket]:
    """The rootful socket and our own account's; those that answer come first.

    An obstacle that both share (no Podman at all) is told once.
    """
    found = [await _look_at(path, user, rootless=rootless) for path, user, rootless in _places()]
    first = {one.why: one for one in reversed(found) if one.why}
    kept = [one for one in found if one.ready or first[one.why] is one]
    return sorted(kept, key=lambda one: not one.ready)


def hostname() -> str:
    return socket.gethostname()


def host_key() -> tuple[str, str]:
    """(`ALGORITHM BASE64`, fingerprint) of this machine's SSH server; empty where it has none.

    It shows that a host registered over SSH is this same machine.
    """
    from hosts.link.errors import LinkError
    from hosts.link.keys import canonical_line, fingerprint, parse_public

    try:
        text = Path("/etc/ssh/ssh_host_ed25519_key.pub").read_text()
        line = canonical_line(parse_public(text))
    except (OSError, UnicodeDecodeError, LinkError):
        return "", ""
    return line, fingerprint(line)


def _places() -> Iterator[tuple[str, str, bool]]:
    me = getpass.getuser()
    own = f"/run/user/{os.getuid()}/podman/podman.sock"
    if os.getuid() != 0:
        yield own, me, True
    yield ROOTFUL, "root", False


async def _look_at(path: str, user: str, *, rootless: bool) -> LocalSocket:
    why, cure = _obstacle(path, rootless=rootless)
    if why:
        return LocalSocket(path, user, rootless, ready=False, why=why, cure=cure)
    try:
        async with Podman(UnixDial(path), timeout_s=_ASK_S) as podman:
            info = await system.info(podman)
    except (PodmanError, OSError) as error:
        return LocalSocket(
            path,
            user,
            rootless,
            ready=False,
            why=_("Nothing answers at %(path)s: %(words)s") % {"path": path, "words": error},
            cure=_enable(rootless=rootless),
        )
    store, version = info.get("store"), info.get("version")
    return LocalSocket(
        path,
        user,
        rootless,
        ready=True,
        graph_root=str(store.get("graphRoot", "")) if isinstance(store, dict) else "",
        podman_version=str(version.get("Version", "")) if isinstance(version, dict) else "",
    )


def _obstacle(path: str, *, rootless: bool) -> tuple[str, str]:
    try:
        mode = Path(path).stat().st_mode
        allowed = os.access(path, os.R_OK | os.W_OK)
    except PermissionError:
        mode, allowed = stat.S_IFSOCK, False
    except FileNotFoundError:
        if shutil.which("podman") is None:
            return _("Podman is not installed on this machine."), _install()
        if not rootless:
            return _("The socket of rootful Podman is not running."), _enable(rootless=False)
        off = _("The socket of %(me)s is not running.") % {"me": getpass.getuser()}
        return off, _enable(rootless=True)
    except OSError as error:
        return _("%(path)s cannot be checked: %(words)s.") % {
            "path": path,
            "words": error.strerror,
        }, ""
    if not stat.S_ISSOCK(mode):
        return _("%s is not a socket.") % path, ""
    if not allowed:
        me = getpass.getuser()
        return (
            _("Haulout runs as %(me)s, which may not open %(path)s.") % {"me": me, "path": path},
            _enable(rootless=True),
        )
    return "", ""


def _enable(*, rootless: bool) -> str:
    if rootless:
        return "systemctl --user enable --now podman.socket && loginctl enable-linger"
    return "sudo systemctl enable --now podman.socket"


def _install() -> str:
    for tool, command in (
        ("apt-get", "sudo apt-get install podman"),
        ("dnf", "sudo dnf install podman"),
        ("zypper", "sudo zypper install podman"),
        ("pacman", "sudo pacman -S podman"),
        ("apk", "sudo apk add podman"),
    ):
        if shutil.which(tool):
            return command
    return "https://podman.io/docs/installation"
