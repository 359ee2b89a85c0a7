"""Texts for the doctor's steps, the forms of a key, and losses."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

_TITLES: dict[str, Promise | str] = {
    "jump-1": _("Jump host"),
    "jump-2": _("Second jump host"),
    "jump-3": _("Third jump host"),
    "resolve": _("Name"),
    "tcp": _("Port"),
    "banner": _("SSH server"),
    "host-key": _("Host key"),
    "login": _("Sign-in with the key"),
    "transport": _("Socket transport"),
    "sockets": _("Podman's sockets"),
    "podman": _("Podman's version"),
    "api": _("Podman's API"),
    "events": _("Events"),
    "cgroups": _("Control groups"),
    "clock": _("Clock"),
    "control": _("Haulout's link"),
}
_LOSSES = {
    "container": lambda n: ngettext("%d container", "%d containers", n),
    "pod": lambda n: ngettext("%d pod", "%d pods", n),
    "image": lambda n: ngettext("%d image", "%d images", n),
    "volume": lambda n: ngettext("%d volume", "%d volumes", n),
    "network": lambda n: ngettext("%d network", "%d networks", n),
    "secret": lambda n: ngettext("%d secret", "%d secrets", n),
    "unit": lambda n: ngettext("%d unit", "%d units", n),
}
KEY_FORMS: dict[str, Promise | str] = {
    "plain": _("Plain"),
    "forward": _("Sockets and ports, no commands"),
    "dial-stdio": _("This Podman socket only"),
}


def step_title(step: str) -> str:
    """The heading of a step of the doctor."""
    return str(_TITLES.get(step, step))


def losses(counts: Mapping[str, int]) -> list[str]:
    """{"container": 12} as ["12 containers"]."""
    return [_LOSSES[kind](count) % count for kind, count in counts.items() if kind in _LOSSES]
