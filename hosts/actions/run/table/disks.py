"""Read and write rates for each disk, and I/O weights."""

import re
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts import sizes
from hosts.actions.run.table.field import Field, Kind, at
from hosts.actions.run.table.inspected import InspectedContainer, lines_of
from hosts.actions.run.table.parsers import join_lines, lines, number, size
from hosts.refusals import Refusal


def _rate(unit: str) -> Any:
    def read(text: str) -> dict[str, Any]:
        path, colon, rate = text.rpartition(":")
        if not colon or not path.startswith("/"):
            raise Refusal(_now("“%s” is not valid: write /dev/sda:1m.") % text[:80])
        if unit == "bytes":
            return {"path": path, "rate": size(rate) or 0}
        if not re.fullmatch(r"[0-9]{1,12}", rate):
            raise Refusal(_now("“%s” is not valid: write /dev/sda:1000.") % text[:80])
        return {"path": path, "rate": int(rate)}

    return read


def _rate_words(unit: str) -> Any:
    def write(values: list[dict[str, Any]]) -> str:
        return join_lines(
            f"{one['path']}:{sizes.words(one['rate']) if unit == 'bytes' else one['rate']}"
            for one in values
        )

    return write


def _rates(values: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["path"]: {"rate": one["rate"]} for one in values}


def _weight(text: str) -> dict[str, Any]:
    path, colon, weight = text.rpartition(":")
    if not colon or not path.startswith("/"):
        raise Refusal(_now("“%s” is not valid: write /dev/sda:200.") % text[:80])
    return {"path": path, "weight": number(10, 1000)(weight)}


def _weights_from_inspect(one: InspectedContainer) -> str:
    found = one.host("BlkioWeightDevice") or []
    return lines_of(f"{device.get('Path')}:{device.get('Weight')}" for device in found)


def _throttle(name: str, label: Any, flag: str, path: str, *, unit: str) -> Field:
    shown = (
        f"BlkioDevice{'Read' if 'Read' in path else 'Write'}{'Bps' if unit == 'bytes' else 'IOps'}"
    )

    def from_inspect(one: InspectedContainer) -> str:
        return lines_of(
            f"{device.get('Path')}:{device.get('Rate')}" for device in one.host(shown) or []
        )

    return Field(
        name,
        label,
        lines(_rate(unit)),
        at(path, _rates),
        (flag,),
        Kind.LINES,
        write=_rate_words(unit),
        from_inspect=from_inspect,
        hint="/dev/sda:1m" if unit == "bytes" else "/dev/sda:1000",
        logged=True,
        live=True,
    )


DISKS = (
    Field(
        "blkio_weight_device",
        _("Disk weight per device"),
        lines(_weight),
        at("weightDevice", lambda values: {v["path"]: {"weight": v["weight"]} for v in values}),
        ("--blkio-weight-device",),
        Kind.LINES,
        write=lambda values: join_lines(f"{one['path']}:{one['weight']}" for one in values),
        from_inspect=_weights_from_inspect,
        hint="/dev/sda:200",
        help=_("10–1000; needs a disk scheduler that supports weights, such as bfq."),
        logged=True,
    ),
    _throttle(
        "read_bps",
        _("Read limit per disk, bytes per second"),
        "--device-read-bps",
        "throttleReadBpsDevice",
        unit="bytes",
    ),
    _throttle(
        "write_bps",
        _("Write limit per disk, bytes per second"),
        "--device-write-bps",
        "throttleWriteBpsDevice",
        unit="bytes",
    ),
    _throttle(
        "read_iops",
        _("Read limit per disk, operations per second"),
        "--device-read-iops",
        "throttleReadIOPSDevice",
        unit="times",
    ),
    _throttle(
        "write_iops",
        _("Write limit per disk, operations per second"),
        "--device-write-iops",
        "throttleWriteIOPSDevice",
        unit="times",
    ),
)
