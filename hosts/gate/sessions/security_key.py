"""Whether a security key verified its user, by PIN or finger. asyncssh asks for a touch only."""

from typing import Final

import asyncssh

from accounts.ssh_keys import SECURITY_KEYS

# of the flags in a signature: the user was verified (OpenSSH's PROTOCOL.u2f, FIDO's UV)
_VERIFIED: Final = 0x04


def insist(key: asyncssh.SSHKey) -> None:
    """Have `key` take no signature without it. The flag is part of what is signed."""
    check = key.verify

    def verify(data: bytes, sig: bytes) -> bool:
        return says_verified(sig) and check(data, sig)

    # asyncssh decodes a new key for each attempt, and checks its signature by this name
    key.verify = verify  # type: ignore[method-assign]


def says_verified(signature: bytes) -> bool:
    """True where the signature says so; whether it is a true one is for others to check."""
    kind, rest = _field(signature)
    if kind.decode("ascii", "replace") not in SECURITY_KEYS:
        return False
    _signed, rest = _field(rest)
    return bool(rest and rest[0] & _VERIFIED)


def _field(data: bytes) -> tuple[bytes, bytes]:
    """A string as SSH writes it, with its length before it, and what follows."""
    end = 4 + int.from_bytes(data[:4], "big")
    return data[4:end], data[end:]
