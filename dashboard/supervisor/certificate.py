"""Our own certificate, for a bind that others reach. Renewed when names change or it ends."""

import datetime
import hashlib
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = datetime.timedelta(days=820)
RENEWED_BEFORE = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Certificate:
    """`key` and `chain` are PEM files; `fingerprint` is SHA-256 as browsers show it."""

    key: Path
    chain: Path
    fingerprint: str
    made_now: bool


def ensure(folder: Path, names: list[str]) -> Certificate:
    """The certificate in `folder` (web.key, web.crt) for these names; made when there is none."""
    key_path, chain_path = folder / "web.key", folder / "web.crt"
    found = _read(chain_path) if key_path.exists() else None
    made_now = found is None or not _serves(found, names)
    if made_now:
        found = _make(key_path, chain_path, names)
    assert found is not None
    digest = hashlib.sha256(found.public_bytes(serialization.Encoding.DER)).hexdigest().upper()
    fingerprint = ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))
    return Certificate(key_path, chain_path, fingerprint, made_now)


def _read(path: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _serves(certificate: x509.Certificate, names: list[str]) -> bool:
    now = datetime.datetime.now(datetime.UTC)
    if certificate.not_valid_after_utc - now < RENEWED_BEFORE:
        return False
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {_general(name) for name in names} <= set(held)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _make(key_path: Path, chain_path: Path, names: list[str]) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Haulout")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(
        key_path,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    _write(chain_path, certificate.public_bytes(serialization.Encoding.PEM))
    return certificate


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    draft.replace(path)
