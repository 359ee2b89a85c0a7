"""Rotates a login's key on its host: adds the new one, has it tried, then removes the old one.

One of them works at every moment. A failure before the new key was tried leaves the old one.
"""

import shlex
from typing import Final

from hosts.link import keys
from hosts.link.channel import Connection
from hosts.link.errors import LinkError

_FILE: Final = 'cd && file=$(readlink -f .ssh/authorized_keys) && [ -f "$file" ] || exit 11\n'
_READ: Final = _FILE + 'cat "$file"'
# Written to a second file and moved: half a file would lock everybody out.
_WRITE: Final = (
    "umask 077\n"
    + _FILE
    + r"""new=$(mktemp "$file.XXXXXX") || exit 12
trap 'rm -f "$new"' EXIT
%s
chmod 600 "$new" && mv -f "$new" "$file" || exit 12
trap - EXIT
command -v restorecon > /dev/null 2>&1 && restorecon -R .ssh > /dev/null 2>&1
echo written
"""
)
_ADD: Final = _WRITE % (
    'cat "$file" > "$new" || exit 12\n'
    '[ -z "$(tail -c 1 "$new")" ] || echo >> "$new"\ncat >> "$new" || exit 12'
)
_DROP: Final = _WRITE % (
    'IFS= read -r blob || exit 10\ngrep -vF -e "$blob" "$file" > "$new"; [ $? -le 1 ] || exit 12'
)


async def add_key(connection: Connection, *, old: str, new: str) -> int:
    """Repeat each line of the key `old` for the key `new`, with the same permissions.

    How many lines; 0: they are there already. Both are public key lines. Raises LinkError
    "not-permitted", "install-failed" or "host-away".
    """
    read = await connection.run(_sh(_READ))
    if read.status != 0:
        raise _failed(read.stderr or "there is no such file")
    lines = with_new_key(read.stdout, old=old, new=new)
    if lines is None:
        raise _failed("the login's key is not in it")
    if lines:
        ran = await connection.run(_sh(_ADD), stdin="".join(f"{one}\n" for one in lines).encode())
        if ran.status != 0 or not ran.stdout.strip().endswith("written"):
            raise _failed(ran.stderr)
    return len(lines)


async def remove_key(connection: Connection, *, old: str) -> None:
    """Remove every line of the key `old`. Raises as `add_key`."""
    ran = await connection.run(_sh(_DROP), stdin=f"{_blob(old)}\n".encode())
    if ran.status != 0 or not ran.stdout.strip().endswith("written"):
        raise _failed(ran.stderr)


def with_new_key(text: str, *, old: str, new: str) -> list[str] | None:
    """The lines to add to an authorized_keys file; None where it lacks the old key."""
    blob, fresh = _blob(old), _blob(new)
    kind = old.split()[0]
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    of_old = [line for line in lines if f"{kind} {blob}" in line]
    if not of_old:
        return None
    if any(fresh in line for line in lines):
        return []
    return [f"{line.partition(f'{kind} {blob}')[0]}{new}" for line in of_old]


def _blob(line: str) -> str:
    return keys.canonical_line(keys.parse_public(line)).split()[1]


def _sh(script: str) -> str:
    return f"exec sh -c {shlex.quote(script)}"


def _failed(why: str) -> LinkError:
    words = why.strip().splitlines()[-1:] or ["the account's shell did not do it"]
    return LinkError(
        "install-failed",
        cause=f"~/.ssh/authorized_keys could not be changed: {words[0][:200]}.",
        cure=(
            "Replace this login's key by hand, in the host's settings. A key that permits no "
            "commands cannot replace itself."
        ),
    )
