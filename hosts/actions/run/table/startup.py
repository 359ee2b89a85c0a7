"""The startup check. Until it has succeeded, the health check does not start."""

from django.utils.translation import gettext_lazy as _

from hosts.actions.run.table.checks import USUAL, Check
from hosts.actions.run.table.inspected import mapping
from hosts.actions.run.table.parsers import number

_CHECK = Check(
    "startupHealthConfig",
    # podman run's defaults
    {"Interval": USUAL["Interval"], "Timeout": USUAL["Timeout"], "Retries": 0},
    {
        "health_startup_interval": "Interval",
        "health_startup_timeout": "Timeout",
        "health_startup_retries": "Retries",
        "health_startup_success": "Successes",
    },
    lambda container: mapping(container.config("StartupHealthCheck")),
)
NAMES = tuple(_CHECK.parts)
# podman run --health-startup-cmd exists from this version on. Older ones ignore it.
SINCE = (4, 4)

STARTUP = (
    _CHECK.command(
        "health_startup",
        _("Startup health check command"),
        "--health-startup-cmd",
        help=_("The health check begins after the startup check has succeeded."),
        hint="test -e /run/ready",
    ),
    _CHECK.span(
        "health_startup_interval",
        _("Startup check interval"),
        "--health-startup-interval",
        hint="30s",
    ),
    _CHECK.span(
        "health_startup_timeout",
        _("Startup check timeout"),
        "--health-startup-timeout",
        hint="30s",
    ),
    _CHECK.count(
        "health_startup_success",
        _("Startup check successes"),
        "--health-startup-success",
        read=number(0, 10_000),
        hint="1",
    ),
    _CHECK.count(
        "health_startup_retries",
        _("Startup check retries"),
        "--health-startup-retries",
        read=number(0, 10_000),
        hint="0",
        help=_("0: never restart it for that."),
    ),
)
