"""Reads public SSH keys and refuses weak ones. Uses no database.

A key becomes a Token with a public key (accounts.token_actions.add_key).
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

import asyncssh
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.tokens import KEY_MARK, KEY_PUBLIC

SMALLEST_RSA_BITS = 3072
# a line with its comment; OpenSSH makes RSA keys of at most 16,384 bits
LONGEST = 6000
# types for security keys, which report touch and PIN or fingerprint
SECURITY_KEYS = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com")
KINDS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
    *SECURITY_KEYS,
)
_CERTIFICATE = re.compile(r"\S+-cert-v\d\d@openssh\.com\b")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`line`: type and base64, without options and comment. `blob`: the wire form."""

    line: str
    blob: bytes
    comment: str

    @property
    def kind(self) -> str:
        """The type, such as ssh-ed25519."""
        return self.line.partition(" ")[0]

    @property
    def digest(self) -> str:
        """SHA-256 in hex, as Token.digest stores it."""
        return hashlib.sha256(self.blob).hexdigest()

    @property
    def fingerprint(self) -> str:
        """SHA256:… as ssh-keygen -l writes it."""
        return fingerprint(self.blob)

    @property
    def prefix(self) -> str:
        """Its name in the log."""
        return self.fingerprint[: len(KEY_MARK) + KEY_PUBLIC]


def fingerprint(blob: bytes) -> str:
    """SHA256:… of the wire form, as ssh-keygen -l writes it."""
    return KEY_MARK + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def blob_of(line: str) -> bytes:
    """The wire form of a stored line."""
    return base64.b64decode(line.split()[1])


def is_security_key(line: str) -> bool:
    """True for a key on a security key (sk-…)."""
    return line.startswith(SECURITY_KEYS)


def read(text: str) -> PublicKey:
    """The one key of a .pub file. ValidationError with what is wrong and what to do."""
    if "PRIVATE KEY" in text:
        raise ValidationError(
            _(
                "This is a private key, and it is no longer secret. Create another with "
                "`ssh-keygen`, and paste only the file that ends in .pub."
            )
        )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) != 1 or len(lines[0]) > LONGEST:
        raise ValidationError(_("Paste one public key: the one line of a file that ends in .pub."))
    if _CERTIFICATE.match(lines[0]):
        raise ValidationError(_("This is a certificate. Paste the public key itself."))
    kind, _blank, rest = lines[0].partition(" ")
    encoded, _blank, comment = rest.strip().partition(" ")
    if kind == "ssh-dss":
        raise ValidationError(_("DSA keys are too weak. Create one with `ssh-keygen -t ed25519`."))
    if kind not in KINDS:
        words = _("The line must start with the key type, such as ssh-ed25519.")
        raise ValidationError(words)
    return PublicKey(f"{kind} {encoded}", _wire_form(kind, encoded), comment.strip())


def _wire_form(kind: str, encoded: str) -> bytes:
    """The wire form, if the key has that type and is strong enough."""
    broken = ValidationError(_("The key is incomplete or mistyped: copy the whole line."))
    try:
        blob = base64.b64decode(encoded, validate=True)
        key = asyncssh.import_public_key(f"{kind} {encoded}")
    except (binascii.Error, asyncssh.KeyImportError, ValueError) as error:
        raise broken from error
    # the line's type may differ from the key's, and base64 can encode the same key differently
    if key.public_data != blob or key.get_algorithm() != kind:
        raise broken
    if kind == "ssh-rsa" and (bits := _rsa_bits(blob)) < SMALLEST_RSA_BITS:
        words = _("RSA keys need at least %(least)d bits; this one has %(bits)d.")
        message = words % {"least": SMALLEST_RSA_BITS, "bits": bits}
        raise ValidationError(message + " " + _("Create one with `ssh-keygen -t ed25519`."))
    return blob


def _rsa_bits(blob: bytes) -> int:
    """Bits of the modulus, the third field of the wire form (RFC 4253, 6.6)."""
    at = 0
    for _part in range(2):
        at += 4 + int.from_bytes(blob[at : at + 4], "big")
    return int.from_bytes(blob[at + 4 :], "big").bit_length()
