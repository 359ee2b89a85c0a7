"""The startup check. Until it has succeeded, the health check does not start."""

from django.utils.translation import gettext_lazy as _

from hosts.actions.run.table.checks import USUAL, Check
from hosts.actions.run.table.inspected import mapping
from hosts.actions.run.table.parsers import number

_CHECK = Check(
    "startupHealthConfig",
    # as podman run fills in what is not given
    {"Interval": USUAL["Interval"], "Timeout": USUAL["Timeout"], "Retries": 0},
    {
        "health_startup_interval": "Interval",
        "health_startup_timeout": "Timeout",
        "health_startup_retries": "Retries",
        "health_startup_success": "Successes",
    },
    lambda seen: mapping(seen.config("StartupHealthCheck")),
)
NAMES = tuple(_CHECK.parts)
# podman run --health-startup-cmd came with this one; older ones take it and do nothing
SINCE = (4, 4)

STARTUP = (
    _CHECK.command(
        "health_startup",
        _("Command of a check while it starts"),
        "--health-startup-cmd",
        help=_("Until this has succeeded the check above does not begin."),
        hint="test -e /run/ready",
    ),
    _CHECK.span(
        "health_startup_interval",
        _("While it starts: every"),
        "--health-startup-interval",
        hint="30s",
    ),
    _CHECK.span(
        "health_startup_timeout",
        _("While it starts: a check may take"),
        "--health-startup-timeout",
        hint="30s",
    ),
    _CHECK.count(
        "health_startup_success",
        _("Successes until it has started"),
        "--health-startup-success",
        read=number(0, 10_000),
        hint="1",
    ),
    _CHECK.count(
        "health_startup_retries",
        _("Failures until it is restarted"),
        "--health-startup-retries",
        read=number(0, 10_000),
        hint="0",
        help=_("0: it is never restarted for that."),
    ),
)
