"""What a person can do about it, by the kind of the link's error. Bare commands need no table."""

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

from dashboard.furniture.link_words.sentence import Sentence, says

_LOAD = says(_("Look at the load of the host: uptime"))
_USERS = says(
    _(
        "As %(user)s: systemctl --user enable --now podman.socket; as root, so that it outlives the"
        " login: loginctl enable-linger %(user)s"
    )
)

CURES: Mapping[str, tuple[Sentence, ...]] = {
    "address-forbidden": (
        says(_("Use an address of the host in your own network, or have it allowed in settings.")),
        says(_("Use an address of the host in its own network.")),
    ),
    "api-not-answering": (
        says(_("On the host, with this account: podman info; journalctl -u podman -n 50")),
        says(_("Look at its log on the host: journalctl -u podman -n 50")),
        says(_("Give the path of Podman's own socket: podman info -f '{{.Host.RemoteSocket}}'")),
    ),
    "bus-missing": (
        says(
            _(
                'As root: loginctl enable-linger "$(id -un %(uid)s)"; on Debian and Ubuntu also:'
                " apt install dbus-user-session"
            )
        ),
    ),
    "bus-needs-forwarding": (
        says(
            _(
                "Give its key the form restrict,port-forwarding, and allow"
                " AllowStreamLocalForwarding in /etc/ssh/sshd_config."
            )
        ),
    ),
    "bus-unknown": (
        says(_("Register the endpoint by Podman's usual socket, which systemd makes.")),
    ),
    "certificate-expired": (
        says(_("Have the key signed again and give the new certificate: %(command)s")),
    ),
    "certificate-garbage": (
        says(_("Paste the one line of the file KEY-cert.pub, from ssh-… to its end.")),
    ),
    "certificate-other": (says(_("Have this login's key signed: %(command)s")),),
    "cgroups-delegation": (
        says(
            _(
                "As root: mkdir -p /etc/systemd/system/user@.service.d && printf"
                " '[Service]\\nDelegate=cpu cpuset io memory pids\\n' >"
                " /etc/systemd/system/user@.service.d/delegate.conf && systemctl daemon-reload;"
                " then sign in anew"
            )
        ),
    ),
    "cgroups-v1-rootless": (
        says(
            _(
                "Boot with cgroups v2: add systemd.unified_cgroup_hierarchy=1 to the kernel's"
                " command line (GRUB_CMDLINE_LINUX in /etc/default/grub), then: update-grub &&"
                " reboot"
            )
        ),
    ),
    "channel-refused": (
        says(_("Start the doctor for this host; it finds out why.")),
        says(
            _(
                "As the account: systemctl --user enable --now podman.socket; as root, so that it"
                " outlives the login: loginctl enable-linger the account"
            )
        ),
    ),
    "channel-timeout": (
        says(_("Look at the load of this machine: uptime")),
        says(
            _("Look at the host's load and its SSH server: uptime; journalctl -u ssh -n 50"),
        ),
    ),
    "clock-off": (says(_("On the host: timedatectl set-ntp true")),),
    "closed-early": (says(_("Look at its log: journalctl -u ssh -u sshd -n 50")),),
    "does-not-resolve": (
        says(
            _("Check the spelling; on Haulout's machine try: getent hosts %(address)s"),
        ),
    ),
    "events-none": (
        says(
            _(
                'Set events_logger = "file" under [engine] in /etc/containers/containers.conf (or'
                " ~/.config/containers/containers.conf), then: %(command)s"
            )
        ),
        says(
            _(
                'Set events_logger = "journald" or "file" in containers.conf; until then changes'
                " show within 15 seconds."
            )
        ),
    ),
    "left-out": (
        says(_("Haulout shows at most %(number)s objects of a kind: prune unused ones there.")),
    ),
    "forwarding-prohibited": (
        says(
            _(
                "In /etc/ssh/sshd_config set AllowStreamLocalForwarding yes (and no"
                " DisableForwarding), then: systemctl reload ssh (on some systems: sshd). Look for"
                " restrict in ~/.ssh/authorized_keys too."
            )
        ),
    ),
    "host-away": (
        says(_("Haulout connects again automatically; the doctor finds the problem.")),
        says(_("See the host's page.")),
        says(_("It is listed again when it is back.")),
        says(_("Try again.")),
    ),
    "host-key-changed": (
        says(
            _(
                "Ask whoever runs the host whether it was set up anew. Compare on its console:"
                " ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub, then accept the new key."
            )
        ),
        says(
            _(
                "Look at the host's certificate: ssh-keygen -Lf"
                " /etc/ssh/ssh_host_ed25519_key-cert.pub, and have it signed: ssh-keygen -s CA_KEY"
                " -h -I HOST -n ADDRESS -V +52w KEY.pub"
            )
        ),
    ),
    "host-key-unconfirmed": (
        says(
            _(
                "Compare it on the host's console: ssh-keygen -lf"
                " /etc/ssh/ssh_host_ed25519_key.pub, then accept it."
            )
        ),
        says(_("Compare its fingerprint and accept it on the host's page.")),
    ),
    "install-failed": (
        says(
            _("Look at the account's home: ls -ld ~ ~/.ssh; df -h ~; and whether it has a shell"),
        ),
        says(
            _(
                "Replace this login's key by hand, in the host's settings. A key that permits no"
                " commands cannot replace itself."
            )
        ),
    ),
    "jump-away": (
        says(_("See the jump host's own page.")),
        says(_("On the jump host try: ssh-keyscan -p %(port)s %(address)s")),
    ),
    "jump-prohibited": (
        says(
            _(
                "On the jump host set AllowTcpForwarding yes in /etc/ssh/sshd_config (no"
                " DisableForwarding), and look for restrict or permitopen in"
                " ~/.ssh/authorized_keys."
            )
        ),
    ),
    "key-form": (
        says(_("Let Haulout create a key, or create one: ssh-keygen -t ed25519.")),
        says(
            _("Convert it: puttygen KEY.ppk -O private-openssh-new -o KEY, then paste KEY."),
        ),
    ),
    "key-garbage": (
        says(_("It looks like: @cert-authority * ssh-ed25519 AAAA…")),
        says(_("It looks like: ssh-ed25519 AAAA… (one line, as in a .pub or known_hosts file).")),
        says(
            _(
                "Paste everything, from -----BEGIN … PRIVATE KEY----- to -----END … PRIVATE KEY-----."
            ),
        ),
        says(_("Give the public key as Haulout shows it.")),
    ),
    "key-passphrase": (
        says(_("Enter the passphrase too: it is used only now and not stored.")),
        says(_("Type it again; try it with: ssh-keygen -y -f KEY")),
    ),
    "key-public": (
        says(_("Paste the private key here: the file without -cert.pub.")),
        says(_("Paste the private half: the file without .pub.")),
    ),
    "key-refused": (
        says(
            _(
                "Add the public key to ~/.ssh/authorized_keys of the account (folder 0700, file"
                " 0600, both its own), and look at: journalctl -u ssh -n 50"
            )
        ),
    ),
    "login-timeout": (
        says(_("Look at the host's load and its name lookups: uptime; UseDNS in sshd_config")),
        _LOAD,
    ),
    "no-common-cipher": (
        says(_("Update OpenSSH on the host; Haulout accepts what OpenSSH 7.2 and later offer.")),
    ),
    "not-permitted": (
        says(_("Use the plain form of the key where a command is needed.")),
        says(_("Have it done as a job.")),
    ),
    "not-ssh": (says(_("Check the port number; on the host: ss -tlnp")),),
    "password-not-offered": (
        says(_("Add the public key by hand to ~/.ssh/authorized_keys of the account.")),
    ),
    "password-refused": (
        says(
            _("Try again. Root is often let in with keys only (PermitRootLogin in sshd_config)."),
        ),
    ),
    "path-too-long": (says(_("Set HAULOUT_RUN to a shorter folder, such as /run/haulout.")),),
    "podman-missing": (
        says(_("As root: %(command)s, then %(cause)s")),
        says(_("As root: %(command)s")),
    ),
    "podman-too-old": (
        says(_("Update it, with the system if it has no newer one: %(command)s")),
        says(_("Update Podman on the host.")),
    ),
    "port-closed": (
        says(_("Start the SSH server: systemctl enable --now ssh (on some systems: sshd)")),
    ),
    "port-invalid": (says(_("Give one from 1 to 65535; SSH's own is 22.")),),
    "same-store": (says(_("Remove this endpoint, or the other one.")),),
    "service-not-answering": (
        says(
            _(
                "Restart it: systemctl restart podman.socket podman.service (for a user's own:"
                " systemctl --user restart podman.socket podman.service)"
            )
        ),
        _USERS,
    ),
    "sessions-used": (
        says(
            _(
                "Raise MaxSessions in /etc/ssh/sshd_config, then: systemctl reload ssh (on some"
                " systems: sshd). Or let the key forward sockets, which are not counted."
            )
        ),
    ),
    "socket-forbidden": (
        says(_("Use the account's own socket: systemctl --user enable --now podman.socket")),
        says(_("Sign in as its owner, or use a socket of %(user)s's own. %(cause)s")),
    ),
    "socket-missing": (
        says(
            _(
                "As that user: systemctl --user enable --now podman.socket; then as root: loginctl"
                ' enable-linger "USER"'
            )
        ),
    ),
    "tcp-timeout": (
        says(_("Check that the host is up and that no firewall drops the connection.")),
    ),
    "turned-away": (
        says(_("Wait a few minutes; then see MaxStartups and PerSourcePenalties in sshd_config.")),
    ),
    "unreachable": (says(_("Look at the route from Haulout's machine: ip route get %(ip)s")),),
}
