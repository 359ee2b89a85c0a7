"""A security key's signature counts only where the key says that it verified its user."""

import base64
import hashlib

import asyncssh
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hosts.gate.sessions import security_key

KIND = b"sk-ssh-ed25519@openssh.com"
PRESENT, VERIFIED = 0x01, 0x04
WORDS = b"what the client signs"


def field(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


class Hardware:
    """As a FIDO key signs (OpenSSH's PROTOCOL.u2f)."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        blob = field(KIND) + field(public) + field(b"ssh:")
        self.line = f"{KIND.decode()} {base64.b64encode(blob).decode()}"

    def sign(self, data: bytes, flags: int, said: int | None = None) -> bytes:
        """`said`: the flags that stand in the signature, where they are others than were signed."""
        counter = (7).to_bytes(4, "big")
        digest = hashlib.sha256(b"ssh:").digest() + bytes([flags]) + counter
        signed = self._key.sign(digest + hashlib.sha256(data).digest())
        shown = flags if said is None else said
        return field(KIND) + field(signed) + bytes([shown]) + counter


@pytest.mark.parametrize(
    ("flags", "said", "taken"),
    [
        (PRESENT | VERIFIED, None, True),
        (PRESENT, None, False),
        (VERIFIED, None, False),
        (0, None, False),
        (PRESENT, PRESENT | VERIFIED, False),
    ],
)
def test_a_pin_or_finger_is_insisted_on(flags: int, said: int | None, taken: bool) -> None:
    hardware = Hardware()
    key = asyncssh.import_public_key(hardware.line)
    # as asyncssh does for each key that is let in
    key.set_touch_required(True)
    security_key.insist(key)
    assert key.verify(WORDS, hardware.sign(WORDS, flags, said)) is taken


def test_without_insisting_a_touch_is_enough() -> None:
    hardware = Hardware()
    key = asyncssh.import_public_key(hardware.line)
    key.set_touch_required(True)
    assert key.verify(WORDS, hardware.sign(WORDS, PRESENT))
    assert not key.verify(WORDS, hardware.sign(WORDS, 0))


@pytest.mark.parametrize(
    "signature",
    [b"", b"\0\0", field(KIND), field(b"ssh-ed25519") + field(b"x" * 64) + b"\5", b"\xff" * 40],
)
def test_what_is_no_signature_says_nothing(signature: bytes) -> None:
    assert not security_key.says_verified(signature)
