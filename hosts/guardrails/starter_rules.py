"""A first set of rules: they catch what hardly anybody needs, so they can warn without harm."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hosts.guardrails.kinds.kind import Settings

# (kind, name, why, settings)
STARTER_RULES: tuple[tuple[str, str | Promise, str | Promise, Settings], ...] = (
    (
        "privileged",
        _("No privileged containers"),
        _("They have all rights of their user on the host."),
        {},
    ),
    (
        "host_namespaces",
        _("Separate namespaces"),
        _("A container that shares the host's namespaces sees and reaches what runs beside it."),
        {"join": True},
    ),
    (
        "capabilities",
        _("No extra capabilities"),
        _("Podman's defaults are enough for nearly all images."),
        {"allow": ["NET_BIND_SERVICE"]},
    ),
    (
        "devices",
        _("No devices of the host"),
        _("A disk device gives access to the whole host."),
        {},
    ),
    (
        "security_options",
        _("Podman's default confinement"),
        _("Profiles and masks keep a container away from kernel internals."),
        {"allow": ["sysctl=net.*"]},
    ),
    (
        "mounts",
        _("No folders of the host"),
        _("Named volumes hold data as well; list here the folders that are meant for containers."),
        {"allow": ["/srv", "/etc/localtime:ro"]},
    ),
    (
        "limits",
        _("A memory limit"),
        _("A container without a limit can use up the memory of all others."),
        {"need": ["memory"]},
    ),
)
