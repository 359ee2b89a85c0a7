"""The health check, and the log driver."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from hosts.actions.run import run_fields
from hosts.actions.run.table.checks import USUAL, Check
from hosts.actions.run.table.field import Field, Kind, Params, Spec
from hosts.actions.run.table.inspected import InspectedContainer, mapping, pairs_of
from hosts.actions.run.table.parsers import (
    duration_ns,
    duration_words,
    matching,
    number,
    pair_lines,
    pairs,
    tick,
)
from hosts.actions.run.table.startup import STARTUP

# libpod/define/healthchecks.go
_ON_FAILURE = {"none": 0, "kill": 2, "restart": 3, "stop": 4}
ON_FAILURE = (
    ("", _("report only")),
    ("kill", _("kill it")),
    ("restart", _("restart it")),
    ("stop", _("stop it")),
)
_DRIVERS = r"journald|k8s-file|json-file|none|passthrough|passthrough-tty"


def time_to_get_well_s(check: dict[str, Any]) -> float:
    """How long an inspected check may take to say healthy or unhealthy."""
    start, every, most = (
        int(check.get(name) or USUAL.get(name, 0)) / 1e9
        for name in ("StartPeriod", "Interval", "Timeout")
    )
    return start + int(check.get("Retries") or 3) * (every + most)


def _own(container: InspectedContainer) -> dict[str, Any]:
    check = mapping(container.own("Healthcheck"))
    return {} if (check.get("Test") or [""])[0] == "NONE" else check


def _interval(text: str) -> int | None:
    return 0 if text.strip() == "disable" else duration_ns(text)


def _log_options_from_inspect(container: InspectedContainer) -> str:
    config = container.host("LogConfig") or {}
    found = {str(k): str(v) for k, v in (config.get("Config") or {}).items()}
    if config.get("Tag"):
        found["tag"] = str(config["Tag"])
    limit = re.fullmatch(r"([0-9.]+)([kMGT]?)B", str(config.get("Size") or ""))
    if limit and float(limit[1]) > 0:
        found["max-size"] = f"{limit[1]}{limit[2].lower()}"
    return pairs_of(found)


def _put_log_options(spec: Spec, values: Any, _params: Params) -> None:
    log = spec.setdefault("log_configuration", {})
    for name, value in values.items():
        if name == "path":
            log["path"] = value
        elif name == "max-size":
            # podman run uses 1000, not 1024
            log["size"] = run_fields.size(value, thousands=True)
        else:
            log.setdefault("options", {})[name] = value


def _log_options(text: str) -> dict[str, str]:
    found = pairs(text)
    if "max-size" in found:
        run_fields.size(found["max-size"], thousands=True)
    return found


def _put_driver(spec: Spec, driver: Any, _params: Params) -> None:
    spec.setdefault("log_configuration", {})["driver"] = driver


_CHECK = Check(
    "healthconfig",
    USUAL,
    {
        "health_interval": "Interval",
        "health_timeout": "Timeout",
        "health_retries": "Retries",
        "health_start": "StartPeriod",
    },
    _own,
)
HEALTH = (
    _CHECK.command(
        "health_cmd",
        _("Health check command"),
        "--health-cmd",
        help=_("Runs in a shell inside the container; exit code 0 means healthy."),
        hint="curl -f http://localhost/",
    ),
    _CHECK.span(
        "health_interval",
        _("Interval"),
        "--health-interval",
        read=_interval,
        write=lambda value: duration_words(value) if value else "disable",
        hint="30s",
    ),
    _CHECK.span("health_timeout", _("Timeout"), "--health-timeout", hint="30s"),
    _CHECK.count(
        "health_retries",
        _("Retries until unhealthy"),
        "--health-retries",
        read=number(1, 10_000),
        hint="3",
    ),
    _CHECK.span("health_start", _("Start period"), "--health-start-period", hint="0s"),
    Field(
        "health_on_failure",
        _("When unhealthy"),
        matching(r"none|kill|restart|stop", _("“%s” must be kill, restart or stop.")),
        lambda spec, value, _params: spec.update(health_check_on_failure_action=_ON_FAILURE[value]),
        ("--health-on-failure",),
        Kind.CHOICE,
        from_inspect=lambda container: (
            ""
            if container.config("HealthcheckOnFailureAction") in (None, "none", "")
            else str(container.config("HealthcheckOnFailureAction"))
        ),
        choices=ON_FAILURE,
        logged=True,
    ),
    *STARTUP,
    Field(
        "no_healthcheck",
        _("Disable the image's health check (--no-healthcheck)"),
        tick,
        lambda spec, _value, _params: spec.update(healthconfig={"Test": ["NONE"]}),
        ("--no-healthcheck",),
        Kind.TICK,
        from_inspect=lambda container: (
            "on" if ((container.own("Healthcheck") or {}).get("Test") or [""])[0] == "NONE" else ""
        ),
        logged=True,
    ),
)

LOG = (
    Field(
        "log_driver",
        _("Log driver"),
        matching(_DRIVERS, _("“%s” must be journald, k8s-file, json-file, none or passthrough.")),
        _put_driver,
        ("--log-driver",),
        from_inspect=lambda container: str((container.host("LogConfig") or {}).get("Type") or ""),
        help=_("Empty: the host's default."),
        offers="log-drivers",
        logged=True,
    ),
    Field(
        "log_options",
        _("Log options"),
        _log_options,
        _put_log_options,
        ("--log-opt",),
        Kind.LINES,
        write=pair_lines,
        from_inspect=_log_options_from_inspect,
        help=_("One per line: max-size=10m, tag=…, path=…"),
        logged=True,
    ),
)
