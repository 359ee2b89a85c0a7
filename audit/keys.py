"""The audit log's two keys: one hashes secrets, one signs checkpoints.

Only the worker has the signing key. Verification needs its public half.
"""

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from nacl.encoding import HexEncoder
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from audit.shapes import AuditError


class KeyMissing(AuditError):
    """A key file is missing, unreadable or not a key."""


def make_keys(folder: Path) -> None:
    """Make audit_hash.key, checkpoint.key and checkpoint.pub in `folder` (0700/0600). Idempotent."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(folder / "audit_hash.key", secrets.token_hex(32))
    private = folder / "checkpoint.key"
    if (folder / "checkpoint.pub").exists() and not private.exists():
        return  # a lost key is not replaced in silence, nor one that is kept elsewhere
    write_once(private, SigningKey.generate().encode(HexEncoder).decode())
    public = SigningKey(private.read_bytes().strip(), HexEncoder).verify_key
    write_once(folder / "checkpoint.pub", public.encode(HexEncoder).decode())


def write_once(path: Path, text: str) -> None:
    """Write a new file of mode 0600, whole or not at all. An existing file stays."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was first; its key is the key
    finally:
        draft.unlink()


def keyed_hash(value: str | bytes) -> str:
    """HMAC-SHA-256 of a secret, 32 hex digits. Equal secrets have equal hashes."""
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return hmac.new(
        _hash_key(settings.HAULOUT_AUDIT_HASH_KEY_FILE), data, hashlib.sha256
    ).hexdigest()[:32]


@lru_cache(maxsize=4)
def _hash_key(path: Path) -> bytes:
    # cached, since every entry hashes its session; the key does not change during a process
    _make_once(path, secrets.token_hex(32))
    return _read(path)


def sign(data: bytes) -> tuple[str, str]:
    """(signature, public key), both in hex, made with the checkpoint key."""
    path = Path(settings.HAULOUT_CHECKPOINT_KEY_FILE)
    if not path.with_suffix(".pub").exists():  # a lost key is not replaced in silence
        _make_once(path, SigningKey.generate().encode(HexEncoder).decode())
    key = SigningKey(_read(path))
    _make_once(path.with_suffix(".pub"), key.verify_key.encode(HexEncoder).decode())
    return key.sign(data).signature.hex(), key.verify_key.encode().hex()


def public_key() -> str:
    """The public key (hex) that must have signed checkpoints: from checkpoint.pub or the key itself."""
    path = Path(settings.HAULOUT_CHECKPOINT_KEY_FILE)
    public = path.with_suffix(".pub")
    if public.exists():
        return _read(public).hex()
    return SigningKey(_read(path)).verify_key.encode().hex()


def signed_by(public: str, data: bytes, signature: str) -> bool:
    """True when the key with this public half made `signature` (hex) over `data`."""
    try:
        VerifyKey(bytes.fromhex(public)).verify(data, bytes.fromhex(signature))
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


def _make_once(path: Path, text: str) -> None:
    """In an embedded start the first process that needs the key makes it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_once(path, text)
    except OSError as exc:
        raise KeyMissing(f"No key at {path}, and it cannot be made there: {exc}") from exc


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(Path(path).read_text().strip())
    except FileNotFoundError as exc:
        raise KeyMissing(
            f"No key at {path}. `manage.py up` makes it; in production copy the keys folder here."
        ) from exc
    except (OSError, ValueError) as exc:
        # a ValueError's text could quote the key
        why = type(exc).__name__
        raise KeyMissing(f"The key at {path} cannot be read as 64 hex digits ({why}).") from None
    if len(key) != 32:
        raise KeyMissing(f"The key at {path} has {len(key)} bytes, not 32: restore it from a copy.")
    return key
