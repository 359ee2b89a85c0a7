"""How each state reads and looks: word, shape, tone, so that no one needs the colour.

States are Podman's words for objects, and ours for hosts and jobs.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Look:
    """`word` is shown, `shape` names a drawing in SHAPES, `tone` a colour class. `many` is the word beside
    a number of them, where it is another one.
    """

    word: str | Promise
    shape: str
    tone: str
    many: str | Promise = ""


# 10 × 10 drawings; all use currentColor
SHAPES = {
    "disc": '<circle cx="5" cy="5" r="4" fill="currentColor"/>',
    "ring": '<circle cx="5" cy="5" r="3.25" fill="none" stroke="currentColor" stroke-width="1.5"/>',
    "arc": '<path d="M5 1.75A3.25 3.25 0 1 1 1.75 5" fill="none" stroke="currentColor" '
    'stroke-width="1.5" stroke-linecap="round"/>',
    "square": '<rect x="1.5" y="1.5" width="7" height="7" rx="1" fill="currentColor"/>',
    "frame": '<rect x="2" y="2" width="6" height="6" rx="1" fill="none" stroke="currentColor" '
    'stroke-width="1.5"/>',
    "bars": '<path d="M3 1.5v7M7 1.5v7" stroke="currentColor" stroke-width="2.2"/>',
    "triangle": '<path d="M5 .9 9.4 8.9H.6z" fill="currentColor"/>',
    "diamond": '<path d="M5 .6 9.4 5 5 9.4.6 5z" fill="currentColor"/>',
    "hollow": '<path d="M5 1.4 8.6 5 5 8.6 1.4 5z" fill="none" stroke="currentColor" '
    'stroke-width="1.4"/>',
    "tick": '<path d="m1.5 5.4 2.4 2.4 4.6-5.4" fill="none" stroke="currentColor" '
    'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>',
    "cross": '<path d="m2 2 6 6M8 2 2 8" stroke="currentColor" stroke-width="1.9" '
    'stroke-linecap="round"/>',
    "dash": '<path d="M2 5h6" stroke="currentColor" stroke-width="1.9" stroke-linecap="round"/>',
}

LOOKS: dict[str, dict[str, Look]] = {
    "container": {
        "running": Look(_("running"), "disc", "good"),
        "healthy": Look(_("healthy"), "tick", "good"),
        "starting": Look(_("health starting"), "arc", "calm"),
        "unhealthy": Look(_("unhealthy"), "triangle", "bad"),
        "paused": Look(_("paused"), "bars", "warn"),
        "created": Look(_("created"), "ring", "calm"),
        "initialized": Look(_("created"), "ring", "calm"),
        "configured": Look(_("created"), "ring", "calm"),
        "exited": Look(_("exited"), "frame", "idle"),
        "failed": Look(_("exited"), "square", "bad", many=_("exited with an error")),
        "stopped": Look(_("stopped"), "frame", "idle"),
        "stopping": Look(_("stopping"), "arc", "warn"),
        "restarting": Look(_("restarting"), "arc", "warn"),
        "removing": Look(_("removing"), "arc", "warn"),
        "dead": Look(_("dead"), "square", "bad"),
        "unknown": Look(_("unknown"), "dash", "idle"),
    },
    "pod": {
        "running": Look(_("running"), "disc", "good"),
        "degraded": Look(_("degraded"), "triangle", "warn"),
        "paused": Look(_("paused"), "bars", "warn"),
        "created": Look(_("created"), "ring", "calm"),
        "exited": Look(_("exited"), "frame", "idle"),
        "stopped": Look(_("stopped"), "frame", "idle"),
        "dead": Look(_("dead"), "square", "bad"),
        "error": Look(_("error"), "square", "bad"),
    },
    "unit": {
        "active": Look(_("active"), "disc", "good"),
        "reloading": Look(_("reloading"), "arc", "calm"),
        "refreshing": Look(_("reloading"), "arc", "calm"),
        "inactive": Look(_("inactive"), "frame", "idle"),
        "failed": Look(_("failed"), "square", "bad"),
        "activating": Look(_("activating"), "arc", "calm"),
        "deactivating": Look(_("deactivating"), "arc", "warn"),
        "maintenance": Look(_("maintenance"), "bars", "warn"),
    },
    "host": {
        "connecting": Look(_("connecting"), "arc", "calm"),
        "up": Look(_("up"), "disc", "good"),
        "degraded": Look(_("degraded"), "triangle", "warn"),
        "away": Look(_("away"), "hollow", "bad"),
        "stopped": Look(_("stopped"), "square", "bad"),
        "disabled": Look(_("disabled"), "dash", "idle"),
    },
    "job": {
        "queued": Look(_("queued"), "ring", "calm"),
        "held": Look(_("waiting for approval"), "bars", "warn"),
        "approved": Look(_("approved, not run yet"), "ring", "calm"),
        "running": Look(_("running"), "arc", "calm"),
        "ok": Look(_("done"), "tick", "good"),
        "done": Look(_("done"), "tick", "good"),
        "failed": Look(_("failed"), "cross", "bad"),
        "denied": Look(_("not permitted"), "cross", "bad"),
        "cancelled": Look(_("cancelled"), "dash", "idle"),
        "cancelling": Look(_("cancelling"), "arc", "warn"),
        "unknown": Look(_("outcome unknown"), "triangle", "warn"),
    },
    "step": {
        "passed": Look(_("passed"), "tick", "good"),
        "failed": Look(_("failed"), "cross", "bad"),
        "unknown": Look(_("cannot be checked"), "dash", "idle"),
        "running": Look(_("checking"), "arc", "calm"),
    },
}


def look(kind: str, state: str) -> Look:
    """The look of a state. An unknown state is shown as it is, without a tone."""
    return LOOKS.get(kind, {}).get(state) or Look(state or _("unknown"), "dash", "idle")
