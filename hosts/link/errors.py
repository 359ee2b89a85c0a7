"""What can go wrong between Haulout and a host: one error with a kind.

In English only; whoever shows it to a person translates by `kind`.
"""

from typing import Final, Literal, get_args

Kind = Literal[
    "address-forbidden",
    "api-not-answering",
    "bus-missing",
    "bus-needs-forwarding",
    "bus-unknown",
    "certificate-expired",
    "certificate-garbage",
    "certificate-other",
    "cgroups-delegation",
    "cgroups-v1-rootless",
    "channel-refused",
    "channel-timeout",
    "clock-off",
    "closed-early",
    "does-not-resolve",
    "events-none",
    "forwarding-prohibited",
    "host-away",
    "host-key-changed",
    "host-key-unconfirmed",
    "install-failed",
    "jump-away",
    "jump-prohibited",
    "key-form",
    "key-garbage",
    "key-passphrase",
    "key-public",
    "key-refused",
    "login-timeout",
    "no-common-cipher",
    "not-ssh",
    "not-permitted",
    "password-not-offered",
    "password-refused",
    "path-too-long",
    "podman-missing",
    "podman-too-old",
    "port-closed",
    "port-invalid",
    "service-not-answering",
    "sessions-used",
    "socket-forbidden",
    "socket-missing",
    "tcp-timeout",
    "turned-away",
    "unreachable",
]
# All kinds, so that a test can check that pages know each.
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class LinkError(Exception):
    """A host cannot be reached, or does not do as asked.

    `cause`: what happened. `cure`: what a person can do about it, a command where there is one.
    """

    def __init__(self, kind: Kind, *, cause: str, cure: str) -> None:
        super().__init__(f"{cause} {cure}".strip())
        self.kind: Kind = kind
        self.cause = cause
        self.cure = cure
