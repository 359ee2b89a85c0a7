"""A pasted line as the run form's own controls: their names and texts."""

from typing import Any

from dashboard.pages.run.forms import PULL, RESTART
from dashboard.pages.run.rows import PORT, VOLUME, port_row, volume_row
from hosts.actions.run import run_fields
from hosts.actions.run.pasted_line import Line

_TEXTS = ("image", "name", "command", "memory", "cpus", "pids", "network", "pod", "userns")


def fields_of(line: Line) -> dict[str, Any]:
    """`{"fields": {name: text}, "ticks": {name: bool}, "ports": [texts], "volumes": [texts]}`."""
    fields = {name: line.fields.get(name, "") for name in _TEXTS}
    policy, _colon, tries = line.fields.get("restart", "no").partition(":")
    fields["restart"] = policy if policy in dict(RESTART) else "no"
    fields["tries"] = tries
    pull = line.fields.get("pull", "missing")
    fields["pull"] = pull if pull in dict(PULL) else "missing"
    for name in ("environment", "labels"):
        fields[name] = "\n".join(line.many[name])
    return {
        "fields": fields,
        "ticks": {name: bool(line.fields.get(name)) for name in ("tty", "interactive", "remove")},
        "ports": [_port(text) for text in line.many["ports"]],
        "volumes": [_volume(text) for text in line.many["volumes"]],
    }


def _port(text: str) -> dict[str, str]:
    try:
        return port_row(run_fields.port(text)).texts
    except ValueError:
        # as it is, so that the row says what is wrong with it
        return dict.fromkeys(PORT, "") | {"inner": text, "protocol": "tcp"}


def _volume(text: str) -> dict[str, str]:
    try:
        return volume_row(run_fields.volume(text)).texts
    except ValueError:
        source, _colon, rest = text.partition(":")
        target, _colon, options = rest.partition(":")
        return dict.fromkeys(VOLUME, "") | {"source": source, "target": target, "more": options}
