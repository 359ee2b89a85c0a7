"""SSH certificates: one beside a login's key, and authorities that sign hosts' keys."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncssh

from hosts.link import keys
from hosts.link.errors import LinkError

WARN_BEFORE: Final = timedelta(days=14)
_USER: Final = 1
_FOREVER: Final = 2**63
_SIGN: Final = "ssh-keygen -s CA_KEY -I haulout -n ACCOUNT -V +52w KEY.pub"


@dataclass(frozen=True, slots=True)
class UserCertificate:
    """What a certificate says. `until` None: for ever. No principals: for any account."""

    line: str
    key_id: str
    principals: tuple[str, ...]
    until: datetime | None
    authority: str

    @property
    def expired(self) -> bool:
        """True: no host accepts it any more."""
        return self.until is not None and self.until <= datetime.now(UTC)

    @property
    def expires_soon(self) -> bool:
        """True: two weeks or less are left to have it signed again."""
        return self.until is not None and self.until - datetime.now(UTC) < WARN_BEFORE


def read_user_certificate(pasted: str, *, public_key: str, user: str) -> UserCertificate:
    """Read a `…-cert.pub` for this key and account.

    Raises LinkError "certificate-garbage", "certificate-other" or "certificate-expired".
    """
    line = " ".join(pasted.split())
    certificate: Any = _import(line)
    found = UserCertificate(
        line=line,
        key_id=certificate._key_id,
        principals=tuple(certificate.principals),
        until=_moment(certificate._valid_before),
        authority=certificate.signing_key.get_fingerprint("sha256"),
    )
    if certificate._cert_type != _USER:
        raise _other("This is a host's certificate, not one of a user.")
    if keys.canonical_line(certificate.key) != keys.canonical_line(keys.parse_public(public_key)):
        raise _other("This certificate is for another key.")
    if found.principals and user not in found.principals:
        raise _other(f"This certificate is for {', '.join(found.principals)}, not for {user}.")
    if found.expired:
        raise expired_error(found)
    return found


def check_expiry(line: str) -> UserCertificate:
    """Read a stored certificate. Raises LinkError "certificate-expired"."""
    certificate: Any = _import(line)
    found = UserCertificate(
        line,
        certificate._key_id,
        tuple(certificate.principals),
        _moment(certificate._valid_before),
        "",
    )
    if found.expired:
        raise expired_error(found)
    return found


def expired_error(found: UserCertificate) -> LinkError:
    """The error: the certificate has to be signed again."""
    assert found.until is not None
    return LinkError(
        "certificate-expired",
        cause=f"The login's certificate expired at {found.until:%Y-%m-%d %H:%M} UTC.",
        cure=f"Have the key signed again and give the new certificate: {_SIGN}",
    )


def expiry_warning(found: UserCertificate) -> LinkError:
    """The warning: the certificate still works."""
    assert found.until is not None
    return LinkError(
        "certificate-expired",
        cause=f"The login's certificate expires at {found.until:%Y-%m-%d %H:%M} UTC.",
        cure=f"Have the key signed again and give the new certificate: {_SIGN}",
    )


@dataclass(frozen=True, slots=True)
class HostAuthority:
    """Authorities whose signature makes a key a host's, and revoked keys."""

    trusted: tuple[asyncssh.SSHKey, ...]
    revoked: tuple[asyncssh.SSHKey, ...]

    @property
    def algorithms(self) -> list[str]:
        """Those of certificates, so that a host without one is seen to show another key."""
        kinds = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384")
        more = ("ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256")
        return [f"{kind}-cert-v01@openssh.com" for kind in (*kinds, *more)]


def read_authority(pasted: str) -> HostAuthority:
    """Read lines as in known_hosts: `@cert-authority [HOSTS] KEY`, a bare KEY, `@revoked [HOSTS] KEY`.

    Hosts in a line are ignored: the lines are one host's. Raises LinkError "key-garbage".
    """
    trusted: list[asyncssh.SSHKey] = []
    revoked: list[asyncssh.SSHKey] = []
    for line in pasted.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        into = revoked if words[0] == "@revoked" else trusted
        into.append(keys.parse_public(" ".join(words[1:] if words[0][0] == "@" else words)))
    if not trusted:
        raise LinkError(
            "key-garbage",
            cause="No line names a certificate authority.",
            cure="It looks like: @cert-authority * ssh-ed25519 AAAA…",
        )
    return HostAuthority(tuple(trusted), tuple(revoked))


def _import(line: str) -> asyncssh.SSHCertificate:
    try:
        return asyncssh.import_certificate(line)
    except (asyncssh.KeyImportError, ValueError) as exc:
        raise LinkError(
            "certificate-garbage",
            cause="This is not an SSH certificate.",
            cure="Paste the one line of the file KEY-cert.pub, from ssh-… to its end.",
        ) from exc


def _moment(seconds: int) -> datetime | None:
    return None if seconds >= _FOREVER else datetime.fromtimestamp(min(seconds, 253402300799), UTC)


def _other(cause: str) -> LinkError:
    return LinkError(
        "certificate-other", cause=cause, cure=f"Have this login's key signed: {_SIGN}"
    )
