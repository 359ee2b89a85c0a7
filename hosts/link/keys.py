"""SSH keys: makes one, reads a pasted one, and gives the lines that allow it on a host."""

from dataclasses import dataclass
from typing import Final, Literal

import asyncssh

from hosts.link.errors import LinkError

KeyForm = Literal["plain", "forward", "dial-stdio"]

_ENCRYPTED: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
# First and last line: OpenSSH's own, PKCS#8 plain and locked, PKCS#1 (RSA), SEC1 (EC), DSA.
_PRIVATE: Final = {
    b"-----BEGIN %sPRIVATE KEY-----" % kind: b"-----END %sPRIVATE KEY-----" % kind
    for kind in (b"OPENSSH ", b"", b"ENCRYPTED ", b"RSA ", b"EC ", b"DSA ")
}


@dataclass(frozen=True, slots=True)
class AuthorizedForm:
    """A way to allow a key: the line for ~/.ssh/authorized_keys, and what it permits."""

    form: KeyForm
    line: str
    permits: str


def generate(comment: str = "haulout") -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519", comment=comment)


def export_private(key: asyncssh.SSHKey) -> bytes:
    """The private key in OpenSSH's format, without a passphrase. Seal it before it is stored."""
    return key.export_private_key("openssh")


def public_line(key: asyncssh.SSHKey) -> str:
    """The public half: `ALGORITHM BASE64 COMMENT`, without a newline."""
    return key.export_public_key("openssh").decode("ascii").strip()


def authorized_forms(public_key_line: str) -> tuple[AuthorizedForm, ...]:
    """The three lines that allow this key, widest first."""
    return (
        AuthorizedForm(
            form="plain",
            line=public_key_line,
            permits=(
                "Everything the account may do, including a shell. The doctor can then find every "
                "problem."
            ),
        ),
        AuthorizedForm(
            form="forward",
            line=f'restrict,port-forwarding,command="/bin/false" {public_key_line}',
            permits=(
                "No commands. It may open any socket that the account may open, and also TCP "
                "connections from the host: SSH cannot separate the two."
            ),
        ),
        AuthorizedForm(
            form="dial-stdio",
            line=f'restrict,command="podman system dial-stdio" {public_key_line}',
            permits=(
                "Only this account's own Podman socket. Slower: a quarter of a second for each "
                "new stream, and ten at once unless MaxSessions is raised."
            ),
        ),
    )


def parse_private(pasted: str | bytes, passphrase: str = "") -> asyncssh.SSHKey:
    """Read a pasted private key: OpenSSH's format, or PEM (PKCS#1, SEC1, PKCS#8).

    The passphrase opens it and is forgotten. Raises LinkError "key-public", "key-form",
    "key-passphrase" or "key-garbage"; none of them quotes key or passphrase.
    """
    data = pasted.encode("utf-8") if isinstance(pasted, str) else pasted
    data = data.replace(b"\r\n", b"\n").strip() + b"\n"
    first_line, _, rest = data.partition(b"\n")
    if first_line.strip() not in _PRIVATE or _PRIVATE[first_line.strip()] not in rest:
        raise _wrong_form(first_line.strip())
    locked = first_line.strip() == _ENCRYPTED or b"\nProc-Type: 4,ENCRYPTED" in data
    if locked and not passphrase:
        raise _passphrase()
    try:
        key = asyncssh.import_private_key(data, passphrase or None)
    except asyncssh.KeyEncryptionError as exc:
        raise _passphrase(given=bool(passphrase)) from exc
    except asyncssh.KeyImportError as exc:
        # asyncssh has no error of its own for a missing passphrase.
        if "passphrase" in str(exc).lower():
            raise _passphrase(given=bool(passphrase)) from exc
        # a wrong passphrase opens to something that is no key
        raise (_passphrase(given=True) if locked else _garbage()) from exc
    except ValueError as exc:
        raise (_passphrase(given=True) if locked else _garbage()) from exc
    if key.get_algorithm() == "ssh-dss":
        raise LinkError(
            "key-form",
            cause="This is a DSA key, which OpenSSH no longer accepts.",
            cure="Let Haulout create a key, or create one: ssh-keygen -t ed25519.",
        )
    return key


def parse_public(line: str) -> asyncssh.SSHKey:
    """Read `ALGORITHM BASE64 [COMMENT]`, or the same after a host name as in known_hosts.

    Raises LinkError "key-garbage".
    """
    words = line.split()
    for start in (0, 1):
        try:
            return asyncssh.import_public_key(" ".join(words[start : start + 2]))
        except (asyncssh.KeyImportError, ValueError):
            continue
    raise LinkError(
        "key-garbage",
        cause="This is not a public key line.",
        cure="It looks like: ssh-ed25519 AAAA… (one line, as in a .pub or known_hosts file).",
    )


def fingerprint(line: str) -> str:
    """The SHA-256 fingerprint of a public key line, as ssh shows it: `SHA256:…`."""
    return parse_public(line).get_fingerprint("sha256")


def canonical_line(key: asyncssh.SSHKey) -> str:
    """A host key as it is stored and compared: `ALGORITHM BASE64`, no comment."""
    return " ".join(key.export_public_key("openssh").decode("ascii").split()[:2])


def _wrong_form(first_line: bytes) -> LinkError:
    if b"-cert-v01@openssh.com" in first_line.split(b" ", 1)[0]:
        return LinkError(
            "key-public",
            cause="This is a certificate, which goes beside its key.",
            cure="Paste the private key here: the file without -cert.pub.",
        )
    if first_line.startswith((b"ssh-", b"ecdsa-", b"sk-")) or b"PUBLIC KEY" in first_line:
        return LinkError(
            "key-public",
            cause="This is the public half of a key.",
            cure="Paste the private half: the file without .pub.",
        )
    if first_line.startswith(b"PuTTY-User-Key-File"):
        return LinkError(
            "key-form",
            cause="This is a key in PuTTY's format.",
            cure="Convert it: puttygen KEY.ppk -O private-openssh-new -o KEY, then paste KEY.",
        )
    return _garbage()


def _passphrase(*, given: bool = False) -> LinkError:
    if given:
        return LinkError(
            "key-passphrase",
            cause="The passphrase does not open this key.",
            cure="Type it again; try it with: ssh-keygen -y -f KEY",
        )
    return LinkError(
        "key-passphrase",
        cause="This key is protected by a passphrase.",
        cure="Enter the passphrase too: it is used only now and not stored.",
    )


def _garbage() -> LinkError:
    return LinkError(
        "key-garbage",
        cause="This is not a whole private key.",
        cure="Paste everything, from -----BEGIN … PRIVATE KEY----- to -----END … PRIVATE KEY-----.",
    )
