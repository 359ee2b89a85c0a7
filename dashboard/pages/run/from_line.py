"""A pasted `podman run` line as values of the run form's controls."""

from typing import Any

from dashboard.pages.run.rows import PORT, VOLUME, port_row, volume_row
from hosts.actions.run import run_fields
from hosts.actions.run.pasted_line import Line
from hosts.actions.run.table import FIELDS, Kind
from hosts.refusals import Refusal


def fields_of(line: Line) -> dict[str, Any]:
    """{"fields": {name: text}, "ticks": {name: bool}, "ports": […], "volumes": […], "strange": […]}.

    `strange`: options whose value the form does not offer.
    """
    texts = line.texts()
    usual = {"restart": "no", "pull": "missing"}
    controls = [one for one in FIELDS.values() if one.kind is not Kind.OWN or one.name == "image"]
    fields = {
        one.name: texts.get(one.name) or usual.get(one.name, "")
        for one in controls
        if one.kind is not Kind.TICK
    }
    # choices that the form does not offer
    strange = [
        f"{one.flags[0]} {fields[one.name]}"
        for one in controls
        if one.kind is Kind.CHOICE and fields[one.name] not in dict(one.choices)
    ]
    for one in controls:
        if one.kind is Kind.CHOICE and fields[one.name] not in dict(one.choices):
            fields[one.name] = usual.get(one.name, "")
    return {
        "fields": fields | {"environment": "\n".join(line.many["environment"])},
        "ticks": {one.name: bool(texts.get(one.name)) for one in controls if one.kind is Kind.TICK},
        "ports": [port_texts(text) for text in line.many["ports"]],
        "volumes": [volume_texts(text) for text in line.many["volumes"]],
        "strange": strange,
    }


def port_texts(text: str) -> dict[str, str]:
    """A port as values of its row's controls."""
    try:
        return port_row(run_fields.port(text)).texts
    except Refusal:
        # unparsed, so that the row shows the error
        return dict.fromkeys(PORT, "") | {"inner": text, "protocol": "tcp"}


def volume_texts(text: str) -> dict[str, str]:
    """A mount as values of its row's controls."""
    try:
        return volume_row(run_fields.volume(text)).texts
    except Refusal:
        source, _colon, rest = text.partition(":")
        target, _colon, options = rest.partition(":")
        return dict.fromkeys(VOLUME, "") | {"source": source, "target": target, "more": options}
