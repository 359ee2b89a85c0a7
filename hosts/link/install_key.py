"""Adds a public key to an account's authorized_keys, once, with the account's password.

The password serves this one login: it is never kept, logged or part of an error.
"""

import socket
from typing import Final

from hosts.link import keys
from hosts.link.addresses import AddressPolicy
from hosts.link.errors import LinkError
from hosts.link.jump import Route
from hosts.link.scan import closed_unless_used, peek_banner
from hosts.link.ssh import SshConnection, dial
from hosts.link.target import SshTarget

# Reads the new line and the key's own base64 from its input. It replaces a line with the same key,
# so that its new form takes effect, and follows a symbolic link. It writes a second file and moves
# it: half a file would lock everybody out.
_SCRIPT: Final = r"""
umask 077
IFS= read -r line && IFS= read -r blob || exit 10
cd && mkdir -p .ssh && chmod 700 .ssh || exit 11
file=.ssh/authorized_keys
if [ -L "$file" ]; then file=$(readlink -f "$file") || exit 11; fi
if [ -e "$file" ] && grep -qxF -e "$line" "$file"; then chmod 600 "$file"; echo present; exit 0; fi
new=$(mktemp "$file.XXXXXX") || exit 12
trap 'rm -f "$new"' EXIT
if [ -e "$file" ]; then
  grep -vF -e "$blob" "$file" > "$new"; [ $? -le 1 ] || exit 12
fi
printf '%s\n' "$line" >> "$new" && chmod 600 "$new" && mv -f "$new" "$file" || exit 12
trap - EXIT
command -v restorecon > /dev/null 2>&1 && restorecon -R .ssh > /dev/null 2>&1
echo added
"""
_COMMAND: Final = "exec sh -c '" + _SCRIPT.replace("'", "'\\''") + "'"


async def install_key(
    *,
    address: str,
    port: int,
    user: str,
    password: str,
    public_key_line: str,
    host_key_line: str,
    policy: AddressPolicy,
    via: SshTarget | None = None,
    timeout_s: float = 20.0,
) -> bool:
    """Add a key; True: the line is new, False: it was there.

    `public_key_line`: any form of `keys.authorized_forms`. Raises what `ssh.connect` raises, and
    LinkError "password-refused", "password-not-offered", "install-failed" or "key-garbage".
    """
    route = Route(via, policy)
    try:
        sock = await route.open_socket(address, port, timeout_s=timeout_s)
        target = SshTarget(address, port, user, b"", host_key_line)
        return await _install(sock, target, password, public_key_line.strip(), timeout_s=timeout_s)
    finally:
        await route.close()


async def _install(
    sock: socket.socket, target: SshTarget, password: str, line: str, *, timeout_s: float
) -> bool:
    user = target.user
    async with closed_unless_used(sock):
        blob = _blob(line)
        host_key = keys.parse_public(target.host_key_line)
        await peek_banner(sock, timeout_s=timeout_s)
    once = _PasswordAnswer(password)
    options = {
        "username": user,
        "password": once.give,
        "client_keys": None,
        "public_key_auth": False,
        "preferred_auth": "password,keyboard-interactive",
    }
    try:
        conn = await dial(
            sock, target.address, host_key=host_key, options=options, timeout_s=timeout_s
        )
    except LinkError as exc:
        if exc.kind == "key-refused":
            raise _refused(user, asked=once.asked) from exc.__cause__
        raise
    connection = SshConnection(conn, target)
    try:
        return await _append(connection, line, blob)
    finally:
        await connection.close()


class _PasswordAnswer:
    """Gives the password when the server asks, and notes that it asked."""

    def __init__(self, password: str) -> None:
        self._password = password
        self.asked = False

    def give(self) -> str:
        self.asked = True
        return self._password


async def _append(connection: SshConnection, line: str, blob: str) -> bool:
    ran = await connection.run(_COMMAND, stdin=f"{line}\n{blob}\n".encode())
    said = ran.stdout.strip().splitlines()[-1:]
    if ran.status == 0 and said in (["added"], ["present"]):
        return said == ["added"]
    why = ran.stderr.strip().splitlines()[-1:] or [f"the account's shell ended with {ran.status}"]
    raise LinkError(
        "install-failed",
        cause=f"The key could not be written to ~/.ssh/authorized_keys: {why[0][:200]}",
        cure="Look at the account's home: ls -ld ~ ~/.ssh; df -h ~; and whether it has a shell",
    )


def _blob(line: str) -> str:
    if "\n" in line or "\r" in line or not line.isprintable():
        raise LinkError(
            "key-garbage",
            cause="A line for authorized_keys is one line.",
            cure="Give the public key as Haulout shows it.",
        )
    words = line.split()
    for index, word in enumerate(words[:-1]):
        if word.startswith(("ssh-", "ecdsa-", "sk-")):
            key = keys.parse_public(" ".join(words[index : index + 2]))
            return keys.canonical_line(key).split()[1]
    keys.parse_public(line)
    return words[1]


def _refused(user: str, *, asked: bool) -> LinkError:
    if not asked:
        return LinkError(
            "password-not-offered",
            cause="This host lets nobody in with a password.",
            cure="Add the public key by hand to ~/.ssh/authorized_keys of the account.",
        )
    return LinkError(
        "password-refused",
        cause=f"The host did not accept this password for {user}.",
        cure="Try again. Root is often let in with keys only (PermitRootLogin in sshd_config).",
    )
