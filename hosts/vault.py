"""The vault: any process seals with the public key; only link, worker and console open.

A seal: version byte, key id (8 bytes), SealedBox of purpose and data. It opens for its purpose only.
"""

import hashlib
import os
import secrets
from pathlib import Path

from django.conf import settings
from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

VERSION = 1
KEY_ID_BYTES = 8
_HEAD_BYTES = 1 + KEY_ID_BYTES
_KEY_BYTES = 32


class VaultError(Exception):
    """What can go wrong with the vault. Never holds a secret."""


class VaultClosed(VaultError):
    """This process must not open the vault, whatever files it can read."""


class NoKey(VaultError):
    """The key file is absent, unreadable or not a key."""


class WrongKey(VaultError):
    """Sealed for another vault key than ours."""


class DamagedSeal(VaultError):
    """No whole seal: cut, changed, or never one."""


class WrongPurpose(VaultError):
    """Sealed for another use than this."""


def seal(data: bytes, purpose: str) -> bytes:
    """Seal `data` with the public key. `purpose`: a short name such as "ssh-key"."""
    path = Path(settings.HAULOUT_VAULT_PUBLIC_KEY_FILE)
    public = PublicKey(_read_key(path))
    name = _purpose_bytes(purpose)
    box = SealedBox(public).encrypt(bytes([len(name)]) + name + data)
    return bytes([VERSION]) + _key_id(public) + box


def open_sealed(blob: bytes, purpose: str) -> bytes:
    """The data of a seal made for `purpose`. Raises one of the VaultErrors above."""
    if settings.HAULOUT_PROCESS in ("web", "gate"):
        raise VaultClosed(
            "Web and gate never open the vault: let a worker or the link do what needs it."
        )
    blob = bytes(blob)
    if len(blob) < _HEAD_BYTES or blob[0] != VERSION:
        raise DamagedSeal(
            "This is no seal of a version known here: restore the row from a backup, or give the"
            " credential again."
        )
    key = PrivateKey(_read_key(Path(settings.HAULOUT_VAULT_KEY_FILE)))
    if blob[1:_HEAD_BYTES] != _key_id(key.public_key):
        raise WrongKey(
            f"This was sealed for another key than {settings.HAULOUT_VAULT_KEY_FILE}: put the"
            " vault.key that belongs to this database back, or give the credential again."
        )
    try:
        plain = SealedBox(key).decrypt(blob[_HEAD_BYTES:])
    except CryptoError as exc:
        raise DamagedSeal(
            "The seal is damaged: restore the row from a backup, or give the credential again."
        ) from exc
    name, data = plain[1 : 1 + plain[0]], plain[1 + plain[0] :]
    if name != _purpose_bytes(purpose):
        raise WrongPurpose(
            f"A seal made for {name.decode('utf-8', 'replace')!r} was to be opened as {purpose!r}."
        )
    return data


def make_keys(folder: Path, private: Path | None = None) -> None:
    """Make vault.pub in `folder` (0700) and the private key, both 0600. Existing files stay.

    `private`: another place for the private key; one that lies in `folder` is moved there. Where only
    the public half exists none is made: its key is kept where this process does not see it.
    """
    beside = folder / "vault.key"
    private = private or beside
    for place in (folder, private.parent):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if private != beside and beside.exists():
        _write_once(private, beside.read_text().strip())
        if _read_key(private) != _read_key(beside):
            raise WrongKey(
                f"{beside} and {private} are two keys: remove the one that does not belong to this"
                " database."
            )
        beside.unlink()
    if not private.exists():
        if (folder / "vault.pub").exists():
            return
        _write_once(private, PrivateKey.generate().encode(HexEncoder).decode())
    public = PrivateKey(_read_key(private)).public_key
    _write_once(folder / "vault.pub", public.encode(HexEncoder).decode())


def _purpose_bytes(purpose: str) -> bytes:
    name = purpose.encode()
    if not 0 < len(name) < 256:
        raise ValueError(f"a seal's purpose has 1 to 255 bytes, not {len(name)}")
    return name


def _key_id(public: PublicKey) -> bytes:
    return hashlib.sha256(b"haulout vault key " + public.encode()).digest()[:KEY_ID_BYTES]


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError as exc:
        raise NoKey(
            f"No vault key at {path}. `manage.py up` makes it; in production copy the one that"
            " belongs to the database there."
        ) from exc
    except (OSError, ValueError) as exc:
        # a ValueError's text could quote the file, and so the key
        raise NoKey(f"The vault key at {path} cannot be read: {type(exc).__name__}.") from None
    if len(key) != _KEY_BYTES:
        raise NoKey(f"The vault key at {path} is not {_KEY_BYTES} bytes in hex: restore it.")
    return key


def _write_once(path: Path, text: str) -> None:
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
            os.link(draft, path)  # whole or not at all; the first of two processes wins
        except FileExistsError:
            return
    finally:
        draft.unlink()
