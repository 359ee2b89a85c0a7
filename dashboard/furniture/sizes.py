"""Sizes of objects as they were measured last; read once per measurement and process."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hosts.models import DiskUse

# endpoints whose sizes are at hand: at most 10,000 numbers each
_REMEMBERED = 64
_known: OrderedDict[int, tuple[datetime, dict[str, dict[str, int]]]] = OrderedDict()
_lock = threading.Lock()


def sizes_of(kind: str, refs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """(endpoint, id) to bytes; what was not measured is left out. Two queries at most."""
    wanted = list(refs)
    tables = _tables({endpoint_id for endpoint_id, _podman_id in wanted})
    found = {}
    for endpoint_id, podman_id in wanted:
        size: Any = tables.get(endpoint_id, {}).get(kind, {}).get(podman_id)
        if isinstance(size, int):
            found[endpoint_id, podman_id] = size
    return found


def _tables(endpoints: set[int]) -> dict[int, dict[str, dict[str, int]]]:
    measured = dict(
        DiskUse.objects.filter(endpoint__in=endpoints).values_list("endpoint_id", "measured_at")
    )
    with _lock:
        found = {
            endpoint_id: _known[endpoint_id][1]
            for endpoint_id, at in measured.items()
            if endpoint_id in _known and _known[endpoint_id][0] == at
        }
    missing = measured.keys() - found.keys()
    if missing:
        rows = DiskUse.objects.filter(endpoint__in=missing)
        for endpoint_id, at, sizes in rows.values_list("endpoint_id", "measured_at", "sizes"):
            found[endpoint_id] = sizes
            with _lock:
                _known[endpoint_id] = (at, sizes)
                _known.move_to_end(endpoint_id)
                while len(_known) > _REMEMBERED:
                    _known.popitem(last=False)
    return found
