"""Errors of asyncssh as LinkErrors: why a host refused a login or a connection."""

import asyncssh

from hosts.link.errors import Kind, LinkError
from hosts.link.scan import closed_early, no_common_cipher


def login_error(exc: Exception, host_key: asyncssh.SSHKey, *, timeout_s: float) -> LinkError:
    """The LinkError for a failure between the greeting and a working connection."""
    if isinstance(exc, asyncssh.HostKeyNotVerifiable):
        return host_key_changed("The host shows another key than the one that was accepted.")
    if isinstance(exc, asyncssh.KeyExchangeFailed):
        if "host key" in str(exc):
            return host_key_changed(
                f"The host no longer has a key of the accepted kind ({host_key.get_algorithm()})."
            )
        return no_common_cipher(exc)
    if isinstance(exc, asyncssh.PermissionDenied):
        return LinkError(
            "key-refused",
            cause="The host does not accept this key for this account.",
            cure=(
                "Add the public key to ~/.ssh/authorized_keys of the account "
                "(folder 0700, file 0600, both its own), and look at: journalctl -u ssh -n 50"
            ),
        )
    if isinstance(exc, TimeoutError):
        return LinkError(
            "login-timeout",
            cause=f"The login was not through within {timeout_s:g} s.",
            cure="Look at the host's load and its name lookups: uptime; UseDNS in sshd_config",
        )
    return closed_early(str(exc))


def not_vouched_for(exc: Exception) -> LinkError:
    """The hard stop: no accepted authority has signed the host's key."""
    words = str(exc)
    why = "it is signed by none of the accepted authorities"
    for theirs, ours in (
        ("expired", "its certificate has expired"),
        ("not yet valid", "its certificate is not valid yet"),
        ("principal", "its certificate is for another name than this address"),
        ("revoked", "it is revoked"),
    ):
        if theirs in words.lower():
            why = ours
    return LinkError(
        "host-key-changed",
        cause=f"The host's key is not to be trusted: {why}. No login was tried.",
        cure=(
            "Look at the host's certificate: ssh-keygen -Lf /etc/ssh/ssh_host_ed25519_key-cert.pub,"
            " and have it signed: ssh-keygen -s CA_KEY -h -I HOST -n ADDRESS -V +52w KEY.pub"
        ),
    )


def host_key_changed(cause: str) -> LinkError:
    """The hard stop: the host shows another key. Nothing was sent that could prove who we are."""
    return LinkError(
        "host-key-changed",
        cause=f"{cause} No login was tried.",
        cure=(
            "Ask whoever runs the host whether it was set up anew. Compare on its console: "
            "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub, then accept the new key."
        ),
    )


def host_away(detail: str) -> LinkError:
    """There is no connection to the host now."""
    return LinkError(
        "host-away",
        cause=f"There is no connection to the host ({detail or 'it ended'}).",
        cure="Haulout connects again automatically; the doctor finds the problem.",
    )


def sessions_used(used: int) -> LinkError:
    """The host gives no further session; with dial-stdio each stream is one."""
    return LinkError(
        "sessions-used",
        cause=f"All {used} sessions that the host gives one connection are in use.",
        cure=(
            "Raise MaxSessions in /etc/ssh/sshd_config, then: systemctl reload ssh (on some "
            "systems: sshd). Or let the key forward sockets, which are not counted."
        ),
    )


def tcp_prohibited(address: str, port: int) -> LinkError:
    """The SSH server forwards no TCP for this key."""
    return LinkError(
        "jump-prohibited",
        cause=f"The jump host lets this key open no connection to {address} port {port}.",
        cure=(
            "On the jump host set AllowTcpForwarding yes in /etc/ssh/sshd_config (no "
            "DisableForwarding), and look for restrict or permitopen in ~/.ssh/authorized_keys."
        ),
    )


def tcp_refused(detail: str, address: str, port: int) -> LinkError:
    """The jump host could not reach the port; `detail`: its words, in the C library's English."""
    kinds: tuple[tuple[str, Kind], ...] = (
        ("refused", "port-closed"),
        ("timed out", "tcp-timeout"),
        ("no answer", "tcp-timeout"),
        ("not known", "does-not-resolve"),
        ("name resolution", "does-not-resolve"),
        ("unknown host", "does-not-resolve"),
    )
    fitting = (kind for words, kind in kinds if words in detail.lower())
    kind: Kind = next(fitting, "unreachable")
    return LinkError(
        kind,
        cause=f"The jump host cannot reach {address} port {port}: {detail[:200]}.",
        cure=f"On the jump host try: ssh-keyscan -p {port} {address}",
    )


def jump_away(jump: str, why: str, cure: str) -> LinkError:
    """The host waits for its jump host."""
    return LinkError(
        "jump-away",
        cause=f"The jump host {jump} is away{': ' + why if why else '.'}",
        cure=cure or "See the jump host's own page.",
    )
