"""What happened, by the kind of the link's error. A test holds it against all that the link says."""

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

from dashboard.furniture.link_words.sentence import Sentence, says

CAUSES: Mapping[str, tuple[Sentence, ...]] = {
    "address-forbidden": (
        says(
            _("%(address)s is not allowed from a jump host either (%(why)s)."),
        ),
        says(_("%(address)s is not allowed (%(why)s).")),
    ),
    "api-not-answering": (
        says(_("Podman answers, but not about itself (status %(status)s).")),
        says(_("What answers at this socket is not Podman.")),
        says(
            "Podman's API does not answer as it should: %(words)s",
            _("Podman's API does not answer as it should."),
        ),
    ),
    "bus-missing": (says(_("The host has no systemd bus at %(path)s.")),),
    "bus-needs-forwarding": (says(_("This login forwards no sockets, and systemd's bus is one.")),),
    "bus-unknown": (says(_("Haulout does not know whose systemd goes with the socket %(path)s.")),),
    "certificate-expired": (
        says(_("The login's certificate expired at %(until)s UTC.")),
        says(_("The login's certificate expires at %(until)s UTC.")),
    ),
    "certificate-garbage": (says(_("This is not an SSH certificate.")),),
    "certificate-other": (
        says(_("This is a host's certificate, not one of a user.")),
        says(_("This certificate is for another key.")),
        says(_("This certificate is for %(principals)s, not for %(user)s.")),
    ),
    "cgroups-delegation": (says(_("Users' containers can have no limits on %(controllers)s.")),),
    "cgroups-v1-rootless": (
        says(_("Without root, Podman on cgroups v1 has no live statistics and no limits.")),
    ),
    "channel-refused": (
        says(
            _(
                "No Podman socket could be opened: it is not there, this account may not open it,"
                " or sshd forbids it. This key cannot tell which."
            )
        ),
        says(
            _(
                "%(path)s could not be opened: it is not there, this account may not open it, or"
                " sshd forbids it. This key cannot tell which."
            )
        ),
        says(
            "The host refused to open %(path)s (%(words)s).",
            _("The host refused to open %(path)s."),
        ),
    ),
    "channel-timeout": (
        says(_("%(path)s did not take a connection within %(seconds)s s.")),
        says(_("The host did not open %(path)s within %(seconds)s s.")),
    ),
    "clock-off": (says(_("The host's clock is %(seconds)s s %(way)s.")),),
    "closed-early": (
        says(
            "The SSH server closed the connection before the login (%(words)s).",
            _("The SSH server closed the connection before the login."),
        ),
    ),
    "does-not-resolve": (
        says(_("The name %(address)s does not resolve.")),
        says(_("The name %(address)s was not resolved within %(seconds)s s.")),
    ),
    "events-none": (
        says(_("Podman keeps no events on this host, so changes are seen a minute late.")),
        says("Podman sends no events: %(words)s", _("Podman sends no events.")),
    ),
    "forwarding-prohibited": (
        says(_("The account may open %(path)s, but sshd does not forward sockets.")),
    ),
    "left-out": (says(_("%(number)s entries of Podman's list of %(kind)s were left out.")),),
    "host-away": (
        says(_("There is no connection to the host (it ended).")),
        says(_("There is no connection to the host (not connected yet).")),
        says(_("There is no connection to the host (it was closed).")),
        says(
            "There is no connection to the host (%(words)s).",
            _("There is no connection to the host."),
        ),
        says(_("There is no connection to the host.")),
        says(_("Haulout does not connect to the host: it needs action.")),
        says(_("Haulout's link is not running.")),
    ),
    "host-key-changed": (
        says(_("The host's key is not to be trusted: %(why)s. No login was tried.")),
        says(
            _(
                "The host shows another key than the one that was accepted. No login was tried.",
            )
        ),
        says(
            _(
                "The host no longer has a key of the accepted kind (%(algorithm)s). No login was"
                " tried."
            )
        ),
        says(
            _(
                "The host shows another key than the accepted one: %(fingerprint)s No login was"
                " tried."
            )
        ),
    ),
    "host-key-unconfirmed": (
        says(_("The host's key has not been confirmed yet: %(fingerprint)s")),
        says(_("The host's key has not been confirmed yet.")),
    ),
    "install-failed": (
        says(
            "The key could not be written to ~/.ssh/authorized_keys: %(words)s",
            _("The key could not be written to ~/.ssh/authorized_keys."),
        ),
        says(
            "~/.ssh/authorized_keys could not be changed: %(words)s.",
            _("~/.ssh/authorized_keys could not be changed."),
        ),
    ),
    "jump-away": (
        says(_("At the jump host %(jump)s: %(cause)s")),
        says(_("The jump host %(jump)s is away: %(cause)s")),
        says(_("The jump host %(jump)s is away.")),
        says(
            "The jump host cannot reach %(address)s port %(port)s: %(words)s.",
            _("The jump host cannot reach %(address)s port %(port)s."),
        ),
    ),
    "jump-prohibited": (
        says(_("The jump host lets this key open no connection to %(address)s port %(port)s.")),
    ),
    "key-form": (
        says(_("This is a DSA key, which OpenSSH no longer accepts.")),
        says(_("This is a key in PuTTY's format.")),
    ),
    "key-garbage": (
        says(_("No line names a certificate authority.")),
        says(_("A line for authorized_keys is one line.")),
        says(_("This is not a public key line.")),
        says(_("This is not a whole private key.")),
    ),
    "key-passphrase": (
        says(_("This key is protected by a passphrase.")),
        says(_("The passphrase does not open this key.")),
    ),
    "key-public": (
        says(_("This is a certificate, which goes beside its key.")),
        says(_("This is the public half of a key.")),
    ),
    "key-refused": (says(_("The host does not accept this key for this account.")),),
    "login-timeout": (
        says(_("The login was not through within %(seconds)s s.")),
        says(_("The SSH server did not finish its greeting within %(seconds)s s.")),
    ),
    "no-common-cipher": (
        says(
            "The SSH server offers no algorithm that Haulout accepts (%(words)s).",
            _("The SSH server offers no algorithm that Haulout accepts."),
        ),
    ),
    "not-permitted": (
        says(_("A command on this machine did not end within %(seconds)s s.")),
        says(
            "The host runs no command for this key (%(words)s).",
            _("The host runs no command for this key."),
        ),
        says(
            "This is not open to the web process: %(words)s.",
            _("This is not open to the web process."),
        ),
        says(
            "This is not open to the gate: %(words)s.",
            _("This is not open to the gate."),
        ),
    ),
    "not-ssh": (
        says(
            "This is not an SSH server; it says: %(words)s",
            _("This is not an SSH server."),
        ),
        says(_("The port is open, but nothing greets there as an SSH server does.")),
    ),
    "password-not-offered": (says(_("This host lets nobody in with a password.")),),
    "password-refused": (says(_("The host did not accept this password for %(user)s.")),),
    "path-too-long": (
        says(_("The socket path %(path)s has %(bytes)s bytes; the system allows %(most)s.")),
    ),
    "podman-missing": (
        says(_("Podman is not installed on this host, or not on this account's PATH.")),
        says(_("There is no Podman socket, and Podman is not installed on this host.")),
    ),
    "podman-too-old": (
        says(_("Podman %(version)s is on this host; Haulout needs 4.0 or later.")),
        says(_("Podman %(version)s is too old: Haulout needs 4.0 or later.")),
    ),
    "port-closed": (says(_("Nothing listens on %(ip)s port %(port)s.")),),
    "port-invalid": (says(_("%(port)s is not a port number.")),),
    "same-store": (says(_("This is the same store as %(first)s: its objects are shown there.")),),
    "service-not-answering": (
        says(
            "%(path)s can be opened, but Podman does not answer there: %(words)s.",
            _("%(path)s can be opened, but Podman does not answer there."),
        ),
        says("Nothing serves %(path)s (%(words)s).", _("Nothing serves %(path)s.")),
        says(_("%(path)s is there, but nobody listens on it.")),
    ),
    "sessions-used": (
        says(_("All %(used)s sessions that the host gives one connection are in use.")),
    ),
    "socket-forbidden": (
        says(_("Haulout's account may not open %(path)s.")),
        says(_("The account %(user)s may not open %(path)s.")),
    ),
    "socket-missing": (
        says(_("There is no socket of Podman for %(user)s.")),
        says(_("There is no socket %(path)s on this machine.")),
        says(_("There is no socket %(path)s.")),
    ),
    "tcp-timeout": (says(_("%(ip)s port %(port)s did not answer within %(seconds)s s.")),),
    "turned-away": (
        says(
            "The SSH server turns this machine away for now: %(words)s",
            _("The SSH server turns this machine away for now."),
        ),
    ),
    "unreachable": (
        says("There is no route to %(ip)s: %(words)s.", _("There is no route to %(ip)s.")),
    ),
    # what the doctor cannot know, and how streams get to a host
    "": (
        says(_("The jump host looks the name up.")),
        says(_("The version cannot be known with this key.")),
        says(_("Podman does not say.")),
        says(_("Podman sends no Date.")),
        says(_("No Podman socket was found to try the forwarding with.")),
        says(_("socket forwarding")),
        says(
            _(
                "podman system dial-stdio (for this key permits nothing else); up to %(most)s"
                " streams at once (MaxSessions)"
            )
        ),
        says(_("podman system dial-stdio (slower); up to %(most)s streams at once (MaxSessions)")),
        says(_("%(user)s, with the certificate %(name)s")),
        says(
            _("%(fingerprint)s; the sign-in checks whether an authority vouches for it"),
        ),
    ),
}
