"""What rules judge of a request and Podman's inspect does not show: there the result proves nothing."""

from django.utils.translation import gettext as _

from hosts.advisories import version_in
from hosts.guardrails.check import rules_for
from hosts.models import Endpoint


def unproven(endpoint: Endpoint) -> list[str]:
    """A line for each kind of rule of the endpoint that is kept by the request alone in some part.

    As inspect of containers tells it from Podman 4.3 to 6.1, on its version.
    """
    hidden = {
        "security_options": _(
            "seccomp profiles, kernel settings (sysctl), SELinux labels, runtimes, options of /proc"
        ),
        "devices": _("rules of the device cgroup"),
        "mounts": _("overlays over folders of the host"),
    }
    version = version_in(endpoint.podman_version)
    if version and version < (5,):
        hidden |= {
            "host_namespaces": _("the host's IPC namespace"),
            "capabilities": "AUDIT_WRITE, MKNOD, NET_RAW",
        }
    words = _(
        "Podman's inspect does not show %(what)s: for these the guardrail “%(rule)s” was held against "
        "the request alone."
    )
    names: dict[str, str] = {}
    for rule in rules_for(endpoint):
        if rule.kind in hidden:
            names.setdefault(rule.kind, rule.name)
    return [words % {"what": hidden[kind], "rule": name} for kind, name in names.items()]
