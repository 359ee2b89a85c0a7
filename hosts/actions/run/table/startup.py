"""The check while it starts: until that has succeeded, the ordinary one does not begin."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from hosts.actions.run.table.checks import USUAL, test_of, test_words
from hosts.actions.run.table.field import Field, Params, Spec, nothing
from hosts.actions.run.table.reading import duration_ns, duration_words, number
from hosts.actions.run.table.seen import Seen, mapping

# as podman run fills in what is not given
_USUAL = {"Interval": USUAL["Interval"], "Timeout": USUAL["Timeout"], "Retries": 0}
_PARTS = (
    ("health_startup_interval", "Interval"),
    ("health_startup_timeout", "Timeout"),
    ("health_startup_retries", "Retries"),
    ("health_startup_success", "Successes"),
)
NAMES = tuple(name for name, _key in _PARTS)
# podman run --health-startup-cmd came with this one; older ones take it and do nothing
SINCE = (4, 4)


def _put(spec: Spec, test: Any, params: Params) -> None:
    check: dict[str, Any] = {"Test": test, **_USUAL}
    for name, key in _PARTS:
        if params.get(name) is not None:
            check[key] = params[name]
    spec["startupHealthConfig"] = check


def _seen(name: str) -> Any:
    def seen(one: Seen) -> str:
        check = mapping(one.config("StartupHealthCheck"))
        value = check.get(name)
        if not value or _USUAL.get(name) == value:
            return ""
        if name == "Test":
            return test_words([str(word) for word in value])
        return str(value) if name in ("Retries", "Successes") else duration_words(int(value))

    return seen


STARTUP = (
    Field(
        "health_startup",
        _("Command of a check while it starts"),
        test_of,
        _put,
        ("--health-startup-cmd",),
        write=test_words,
        seen=_seen("Test"),
        help=_("Until this has succeeded the check above does not begin."),
        hint="test -e /run/ready",
    ),
    Field(
        "health_startup_interval",
        _("While it starts: every"),
        duration_ns,
        nothing,
        ("--health-startup-interval",),
        write=duration_words,
        seen=_seen("Interval"),
        hint="30s",
        told=True,
    ),
    Field(
        "health_startup_timeout",
        _("While it starts: a check may take"),
        duration_ns,
        nothing,
        ("--health-startup-timeout",),
        write=duration_words,
        seen=_seen("Timeout"),
        hint="30s",
        told=True,
    ),
    Field(
        "health_startup_success",
        _("Successes until it has started"),
        number(0, 10_000),
        nothing,
        ("--health-startup-success",),
        seen=_seen("Successes"),
        hint="1",
        told=True,
    ),
    Field(
        "health_startup_retries",
        _("Failures until it is restarted"),
        number(0, 10_000),
        nothing,
        ("--health-startup-retries",),
        seen=_seen("Retries"),
        hint="0",
        help=_("0: it is never restarted for that."),
        told=True,
    ),
)
