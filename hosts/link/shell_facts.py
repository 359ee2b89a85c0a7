"""What a shell on the host tells of accounts, sockets, Podman and systemd: one read-only command."""

import shlex
from dataclasses import dataclass
from typing import Final

from hosts.link.channel import Connection
from hosts.link.errors import LinkError

# Podman's usual sockets, and what this account may do with each. Only root can look into
# /run/podman: for others a socket there may or may not exist.
_SCRIPT: Final = r"""
uid=$(id -u) || exit 1
echo "uid=$uid"
echo "user=$(id -un)"
echo "podman=$(podman --version 2>/dev/null)"
[ -r /etc/os-release ] && sed -n 's/^ID=/os=/p' /etc/os-release | tr -d '"'
[ -d /run/systemd/system ] && echo systemd=yes
[ -r /etc/machine-id ] && echo "machine=$(cat /etc/machine-id)"
[ -r /proc/sys/kernel/random/boot_id ] && echo "boot=$(cat /proc/sys/kernel/random/boot_id)"
for s in "$1" /run/podman/podman.sock "${XDG_RUNTIME_DIR:-/run/user/$uid}/podman/podman.sock" \
    /run/user/*/podman/podman.sock; do
  [ -n "$s" ] || continue
  if [ -S "$s" ]; then
    if ! grep -q " $s\$" /proc/net/unix 2>/dev/null; then echo "dead=$s"
    elif [ -r "$s" ] && [ -w "$s" ]; then echo "usable=$s"
    else echo "forbidden=$s"; fi
  elif d=$(dirname "$s"); [ -d "$d" ] && [ ! -x "$d" ]; then echo "forbidden=$s"
  fi
done
echo done=yes
"""
_COMMAND: Final = "exec sh -c '" + _SCRIPT.replace("'", "'\\''") + "'"


@dataclass(frozen=True, slots=True)
class ShellFacts:
    """`podman_version` is "" where no `podman` is on the PATH.

    `usable`, `forbidden`: sockets that this account may use, or not. `dead`: nobody listens there.
    """

    uid: int
    user: str
    os: str
    podman_version: str
    systemd: bool
    usable: tuple[str, ...]
    forbidden: tuple[str, ...]
    dead: tuple[str, ...]
    # machine-id(5), and boot_id of random(4): they tell clones of one image apart
    machine_id: str = ""
    boot_id: str = ""


async def gather(
    connection: Connection, *, socket_path: str = "", timeout_s: float = 15.0
) -> ShellFacts | None:
    """The facts; None: this key may run no commands. Raises LinkError "host-away".

    `socket_path` is looked at beside Podman's usual places.
    """
    try:
        ran = await connection.run(f"{_COMMAND} sh {shlex.quote(socket_path)}", timeout_s=timeout_s)
    except LinkError as exc:
        if exc.kind == "not-permitted":
            return None
        raise
    return parse(ran.stdout)


def parse(output: str) -> ShellFacts | None:
    """Read the command's output; None where it is incomplete (a forced command answered)."""
    pairs = [line.partition("=") for line in output.splitlines()]
    first: dict[str, str] = {}
    for name, _, value in pairs:
        first.setdefault(name, value.strip())
    if "done" not in first or not first.get("uid", "").isdigit():
        return None
    return ShellFacts(
        uid=int(first["uid"]),
        user=first.get("user", ""),
        os=first.get("os", ""),
        podman_version=first.get("podman", "").removeprefix("podman version").strip(),
        systemd="systemd" in first,
        usable=_values(pairs, "usable"),
        forbidden=_values(pairs, "forbidden"),
        dead=_values(pairs, "dead"),
        machine_id=first.get("machine", "")[:80],
        boot_id=first.get("boot", "")[:80],
    )


def install_podman(os: str) -> str:
    """The command that installs Podman on a system with this ID (/etc/os-release)."""
    if os in {"fedora", "rhel", "centos", "rocky", "almalinux", "ol", "amzn"}:
        return "dnf install podman"
    if os.startswith(("opensuse", "sles")):
        return "zypper install podman"
    return {"arch": "pacman -S podman", "alpine": "apk add podman"}.get(os, "apt install podman")


def start_socket(*, uid: int | None, user: str, systemd: bool) -> str:
    """The command that starts this account's Podman socket, and keeps it."""
    if not systemd:
        where = "/run/podman" if uid == 0 else f"/run/user/{'UID' if uid is None else uid}/podman"
        return f"mkdir -p {where} && podman system service --time 0 unix://{where}/podman.sock"
    if uid == 0:
        return "systemctl enable --now podman.socket"
    return (
        f"As {user}: systemctl --user enable --now podman.socket; as root, so that it outlives "
        f"the login: loginctl enable-linger {user}"
    )


def _values(pairs: list[tuple[str, str, str]], wanted: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for name, _, value in pairs if name == wanted))
