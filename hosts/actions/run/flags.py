"""Flags of `podman run` and `docker run` without a field: what they do, and why they are not taken."""

from django.utils.translation import gettext_lazy as _

# flags that Haulout always applies, or that only concern a local terminal
IGNORED = {"-d", "--detach", "-q", "--quiet"}

_CLIENT = _(
    "it is about the terminal where podman runs; Haulout runs containers in the background."
)
_OTHER_IMAGE = _("pull the image for that platform first; then that image runs.")
_FILE = _("it reads a file on your own machine: enter its lines in the form.")
_SUBORDINATE = _("it reads /etc/subuid of your own machine: use --uidmap.")
_LOGIN = _("credentials are stored under Registries.")

# flags of podman-run(1) and docker that cannot work remotely, with the reason
REASONS = {
    "--env-host": _("the environment of your own machine is not the host's: name each variable."),
    "--http-proxy": _("the proxy of your own machine is not the host's: name each variable."),
    "--preserve-fds": _("open files of your own shell cannot be passed to another machine."),
    "--preserve-fd": _("open files of your own shell cannot be passed to another machine."),
    "--latest": _("it means the latest container on your own machine: name it."),
    "--env-file": _FILE,
    "--label-file": _FILE,
    "--cidfile": _("it writes the id to a file on your own machine; the job shows it."),
    "--pod-id-file": _("it reads a file on your own machine: name the pod."),
    "--pidfile": _("podman's remote clients cannot set it."),
    "--conmon-pidfile": _("it is for a process on the host that waits for it."),
    "--attach": _CLIENT,
    "-a": _CLIENT,
    "--detach-keys": _CLIENT,
    "--sig-proxy": _CLIENT,
    "--replace": _(
        "Haulout does not remove a container in passing: use Edit and recreate on the old one."
    ),
    "--platform": _OTHER_IMAGE,
    "--arch": _OTHER_IMAGE,
    "--os": _OTHER_IMAGE,
    "--variant": _OTHER_IMAGE,
    "--authfile": _LOGIN,
    "--creds": _LOGIN,
    "--cert-dir": _LOGIN,
    "--tls-verify": _("the host's registries.conf sets how a registry is trusted."),
    "--disable-content-trust": _("the host's policy.json sets trust."),
    "--link": _("put both into one network: they find each other by name."),
    "--runtime": _("the host's containers.conf names the runtime."),
    "--isolation": _("it is for Windows."),
    "--volume-driver": _("create the volume with its driver first, then name it."),
    "--rootfs": _("a folder as the root file system needs a shell on the host."),
    "--subuidname": _SUBORDINATE,
    "--subgidname": _SUBORDINATE,
    "--rmi": _("Haulout removes images only by name."),
}
KEEP_GROUPS = _("keep-groups uses the groups of your own login, which the host does not know.")
OWN_LIMITS = _("the limits of your own shell are not the host's: enter each limit.")

# flags without a value. All other flags have one.
SWITCHES = frozenset(
    """--env-host --http-proxy --latest --replace --rmi --rootfs --sig-proxy --tls-verify
    --disable-content-trust --passwd --no-trunc --rm --help""".split()  # noqa: SIM905
)
# short flags with a value, podman-run(1)
SHORT_WITH_VALUE = "aceghlmpuvw"
