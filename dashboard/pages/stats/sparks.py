"""Sparklines of the container list: the last hour."""

from typing import Any, Final

from dashboard.streams.stats_subject import VERB
from hosts.access import Person, objects_with
from hosts.models import Container
from hosts.stats.metrics import CPU_PER_CORE, key_of
from hosts.stats.sparks import sparks

MOST_ROWS: Final = 100


def sparks_of(person: Person, names: list[str]) -> dict[str, dict[str, Any]]:
    """`ENDPOINT:ID` to `{"until": s, "cpu": [% of a core], "memory": [bytes]}`, one value a minute.

    Invisible containers and those without a sample are left out.
    """
    wanted: dict[int, dict[bytes, str]] = {}
    for name in names[:MOST_ROWS]:
        endpoint, _, podman_id = name.partition(":")
        if not endpoint.isdecimal() or len(endpoint) > 18:
            continue
        try:
            wanted.setdefault(int(endpoint), {})[key_of(podman_id)] = name
        except ValueError:
            continue
    ids = {name.partition(":")[2] for here in wanted.values() for name in here.values()}
    rows = Container.objects.filter(objects_with(person, VERB), endpoint_id__in=wanted)
    seen: dict[int, list[bytes]] = {}
    for endpoint_id, podman_id in rows.filter(podman_id__in=ids).values_list(
        "endpoint_id", "podman_id"
    ):
        if (key := key_of(podman_id)) in wanted[endpoint_id]:
            seen.setdefault(endpoint_id, []).append(key)
    found = sparks(seen)
    return {
        wanted[endpoint_id][key]: {
            "until": spark.until,
            "cpu": [None if v is None else round(100 * v / CPU_PER_CORE, 2) for v in spark.cpu],
            "memory": spark.memory,
        }
        for (endpoint_id, key), spark in found.items()
    }
