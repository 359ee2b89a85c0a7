"""What rules judge in a request and Podman's inspect does not show. There the result proves nothing."""

from django.utils.translation import gettext as _

from hosts.advisories import version_in
from hosts.guardrails.check import rules_for
from hosts.models import Endpoint


def inspect_gaps(endpoint: Endpoint) -> list[str]:
    """A sentence for each kind of rule at the endpoint that only the request could be judged by. For
    containers, from Podman 4.3 to 6.1, by the endpoint's version.
    """
    hidden = {
        "security_options": _(
            "seccomp profiles, kernel settings (sysctl), SELinux labels, runtimes, options of /proc"
        ),
        "devices": _("device cgroup rules"),
        "mounts": _("overlays over folders of the host"),
    }
    version = version_in(endpoint.podman_version)
    if version and version < (5,):
        hidden |= {
            "host_namespaces": _("the host's IPC namespace"),
            "capabilities": "AUDIT_WRITE, MKNOD, NET_RAW",
        }
    words = _(
        "Podman's inspect does not show %(what)s: the guardrail “%(rule)s” checked only the "
        "request for these."
    )
    names: dict[str, str] = {}
    for rule in rules_for(endpoint):
        if rule.kind in hidden:
            names.setdefault(rule.kind, rule.name)
    return [words % {"what": hidden[kind], "rule": name} for kind, name in names.items()]
