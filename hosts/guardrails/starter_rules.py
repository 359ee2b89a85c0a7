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
        _("Namespaces of their own"),
        _("Who shares the host's sees and reaches what runs beside."),
        {"join": True},
    ),
    (
        "capabilities",
        _("No further capabilities"),
        _("Podman's own set is enough for nearly all images."),
        {"allow": ["NET_BIND_SERVICE"]},
    ),
    ("devices", _("No devices of the host"), _("A disk as a device is the whole host."), {}),
    (
        "security_options",
        _("Confined as Podman does it"),
        _("Profiles and masks keep a container from the kernel's inner parts."),
        {"allow": ["sysctl=net.*"]},
    ),
    (
        "mounts",
        _("No folders of the host"),
        _("Named volumes hold data as well; list here which folders are meant for containers."),
        {"allow": ["/srv", "/etc/localtime:ro"]},
    ),
    (
        "limits",
        _("Memory has a limit"),
        _("One that grows without end takes its neighbours along."),
        {"need": ["memory"]},
    ),
)
