"""The small lines in lists of containers: the last hour of those that a person may see."""

from typing import Any, Final

from dashboard.live.visibility import verbs_of
from dashboard.streams.stats_of import VERB
from hosts.access import Person, visible_endpoints
from hosts.stats.metrics import CPU_PER_CORE, key_of
from hosts.stats.sparks import sparks

MOST_ROWS: Final = 100


def sparks_of(person: Person, names: list[str]) -> dict[str, dict[str, Any]]:
    """`ENDPOINT:ID` to `{"until": s, "cpu": [% of a core], "memory": [bytes]}`, by the minute.

    Names that are not visible, or have no sample in the hour, are left out.
    """
    if VERB not in verbs_of(person.user):
        return {}
    wanted: dict[int, dict[bytes, str]] = {}
    for name in names[:MOST_ROWS]:
        endpoint, _, podman_id = name.partition(":")
        if not endpoint.isdecimal() or len(endpoint) > 18:
            continue
        try:
            wanted.setdefault(int(endpoint), {})[key_of(podman_id)] = name
        except ValueError:
            continue
    seen = visible_endpoints(person).filter(pk__in=wanted).values_list("pk", flat=True)
    found = sparks({endpoint_id: list(wanted[endpoint_id]) for endpoint_id in seen})
    return {
        wanted[endpoint_id][key]: {
            "until": spark.until,
            "cpu": [None if v is None else round(100 * v / CPU_PER_CORE, 2) for v in spark.cpu],
            "memory": spark.memory,
        }
        for (endpoint_id, key), spark in found.items()
    }
