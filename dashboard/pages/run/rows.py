"""Rows of ports and mounts in the run form. A row's key names its place on the page."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from hosts.actions.run import run_fields
from hosts.refusals import Refusal

PORT = ("address", "host", "inner", "protocol")
VOLUME = ("source", "target", "access", "relabel", "owner", "more")
# options that have a control of their own
_CONTROLS = {"ro": "access", "rw": "access", "z": "relabel", "Z": "relabel", "U": "owner"}


def new_key() -> str:
    return secrets.token_hex(4)


@dataclass
class Row:
    """A row's texts, the value they mean, and the error."""

    kind: str
    texts: dict[str, str]
    key: str = field(default_factory=new_key)
    value: dict[str, Any] | None = None
    problem: str = ""

    @property
    def slot(self) -> str:
        """The place of the row's note."""
        return f"{self.kind}-{self.key}"


def read_ports(data: QueryDict) -> list[Row]:
    """The rows of ports. An empty row has the value None."""
    return _read(data, "ports", PORT, port_text, run_fields.port)


def read_volumes(data: QueryDict) -> list[Row]:
    """The rows of mounts. An empty row has the value None."""
    return _read(data, "volumes", VOLUME, volume_text, run_fields.volume)


def _read(
    data: QueryDict,
    kind: str,
    names: tuple[str, ...],
    text_of: Callable[[dict[str, str]], str],
    judge: Callable[[str], dict[str, Any]],
) -> list[Row]:
    columns = {name: data.getlist(f"{kind}_{name}") for name in names}
    rows = []
    for index, key in enumerate(data.getlist(f"{kind}_key")[:200]):
        texts = {name: (values[index : index + 1] or [""])[0] for name, values in columns.items()}
        row = Row(kind, {name: text.strip() for name, text in texts.items()}, key[:16])
        rows.append(row)
        _judge(row, text_of, judge)
    return rows


def _judge(
    row: Row, text_of: Callable[[dict[str, str]], str], judge: Callable[[str], dict[str, Any]]
) -> None:
    try:
        text = text_of(row.texts)
        row.value = judge(text) if text else None
    except Refusal as exc:
        row.problem = str(exc)


def read_texts(kind: str, texts: dict[str, str]) -> Row:
    """A judged row of these texts."""
    row = Row(kind, texts)
    if kind == "ports":
        _judge(row, port_text, run_fields.port)
    else:
        _judge(row, volume_text, run_fields.volume)
    return row


def port_text(texts: dict[str, str]) -> str:
    """The texts as `podman run -p` takes them; "" for an empty row. Raises Refusal."""
    address, outer, inner = texts["address"], texts["host"], texts["inner"]
    if not (address or outer or inner):
        return ""
    if not inner:
        raise Refusal(_("Enter the container port."))
    if ":" in address and not address.startswith("["):
        address = f"[{address}]"
    head = f"{address}:{outer}:" if address else f"{outer}:" if outer else ""
    return f"{head}{inner}/{texts['protocol'] or 'tcp'}"


def volume_text(texts: dict[str, str]) -> str:
    """The texts as `podman run -v` takes them; "" for an empty row. Raises Refusal."""
    source, target = texts["source"], texts["target"]
    if not (source or target):
        return ""
    if ":" in source or ":" in target:
        raise Refusal(_("A path with a colon cannot be mounted this way."))
    if not target:
        raise Refusal(_("Enter the path in the container."))
    parts = (texts["access"], texts["relabel"], texts["owner"], texts["more"])
    options = ",".join(part for part in parts if part)
    if not options:
        return f"{source}:{target}" if source else target
    return f"{source}:{target}:{options}"


def port_row(value: dict[str, Any]) -> Row:
    """The row of a port in run_fields' shape."""
    count = value.get("range") or 1

    def span(start: int) -> str:
        return str(start) if count == 1 else f"{start}-{start + count - 1}"

    texts = {
        "address": value.get("host_ip") or "",
        "host": span(value["host_port"]) if value.get("host_port") else "",
        "inner": span(value["container_port"]),
        "protocol": value.get("protocol") or "tcp",
    }
    return Row("ports", texts, value=value)


def volume_row(value: dict[str, Any]) -> Row:
    """The row of a mount in run_fields' shape."""
    texts = dict.fromkeys(VOLUME, "") | {"source": value["source"], "target": value["target"]}
    more = []
    for option in value["options"]:
        if option in _CONTROLS:
            texts[_CONTROLS[option]] = option
        else:
            more.append(option)
    return Row("volumes", texts | {"more": ",".join(more)}, value=value)


def empty_port() -> Row:
    return Row("ports", dict.fromkeys(PORT, "") | {"protocol": "tcp"})


def empty_volume() -> Row:
    return Row("volumes", dict.fromkeys(VOLUME, ""))
