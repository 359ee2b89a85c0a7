"""How answers are cut to what somebody may see. Each takes the JSON that Podman told and gives what of it
goes on; the very same object where nothing is taken away, so that it passes byte for byte.

Shapes of both dialects are told apart by what stands in them. What has none of these shapes is kept back.
"""

from collections.abc import Callable
from typing import Any

from hosts.access.readable_inspect import hide_unseen, mask_environment
from hosts.gate.calls.visibility import KINDS, Visibility
from hosts.podman import volumes

Cut = Callable[[Visibility, Any], Any]
NOTHING: Any = object()
# of what is told in lines: the verbs with which nothing is left out
WHOLE: dict[str, tuple[str, ...]] = {
    "events": tuple(f"{kind}.view" for kind in KINDS),
    "pod_stats": ("container.stats", "pod.view"),
    "stats": ("container.stats",),
}


def _rows(value: Any) -> list[Any]:
    # `null` is an empty list of Go's
    return value if isinstance(value, list) else []


def _containers(seen: Visibility, value: Any) -> Any:
    if seen.all_of("container.view"):
        return value
    return [row for row in _rows(value) if seen.container(row)]


def _all_or_none(verb: str) -> Cut:
    def cut(seen: Visibility, value: Any) -> Any:
        return value if seen.all_of(verb) else []

    return cut


def _container(seen: Visibility, value: Any) -> Any:
    if seen.unmasked or not isinstance(value, dict):
        return value
    return mask_environment(value)


def _networks(seen: Visibility, value: Any) -> Any:
    if not seen.all_of("network.view"):
        return []
    return value if seen.all_of("container.view") else [_network(seen, row) for row in _rows(value)]


def _network(seen: Visibility, value: Any) -> Any:
    return _without(seen, "network", value)


def _pods(seen: Visibility, value: Any) -> Any:
    if not seen.all_of("pod.view"):
        return []
    return value if seen.all_of("container.view") else [_pod(seen, row) for row in _rows(value)]


def _pod(seen: Visibility, value: Any) -> Any:
    shown = _without(seen, "pod", value)
    return shown if seen.unmasked or not isinstance(shown, dict) else mask_environment(shown)


def _without(seen: Visibility, kind: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return {}
    return hide_unseen(seen.person, seen.endpoint, kind, value)


def _volumes(seen: Visibility, value: Any) -> Any:
    if isinstance(value, dict):
        # Docker's
        listed = _rows(value.get("Volumes")) if seen.all_of("volume.view") else []
        return {**value, "Volumes": [_volume(seen, row) for row in listed]}
    return [_volume(seen, row) for row in _rows(value)] if seen.all_of("volume.view") else []


def _volume(_seen: Visibility, value: Any) -> Any:
    """Without passwords in its mount options, as pages show it."""
    if not isinstance(value, dict):
        return {}
    options = value.get("Options")
    return (
        {**value, "Options": volumes.mask_passwords(options)}
        if isinstance(options, dict)
        else value
    )


def _df(seen: Visibility, value: Any) -> Any:
    if not isinstance(value, dict):
        return {}
    shown = dict(value)
    if "Containers" in shown and not seen.all_of("container.view"):
        rows = [row for row in _rows(shown["Containers"]) if isinstance(row, dict)]
        ids = [str(row.get("ContainerID", row.get("Id"))) for row in rows]
        shown["Containers"] = [
            row for row, own in zip(rows, ids, strict=True) if seen.known.get(own)
        ]
    for key, verb in (("Images", "image.view"), ("Volumes", "volume.view")):
        if key in shown and not seen.all_of(verb):
            shown[key] = []
    if not seen.all_of("image.view"):
        # of layers, and of what builds keep
        shown |= {key: 0 for key in ("ImagesSize", "LayersSize") if key in shown}
        shown |= {key: [] for key in ("BuildCache",) if key in shown}
    return shown


def _info(seen: Visibility, value: Any) -> Any:
    """What is counted is what they see."""
    if not isinstance(value, dict):
        return {}
    shown = dict(value)
    if not seen.all_of("container.view"):
        _count(shown, {name: _number(seen, states) for name, states in _DOCKERS.items()})
        counts = {name: _number(seen, states) for name, states in _LIBPODS.items()}
        _count_within(shown, "containerStore", counts)
    if not seen.all_of("image.view"):
        _count(shown, {"Images": 0})
        _count_within(shown, "imageStore", {"number": 0})
    return shown


# counts by the states that they count; none: all
_DOCKERS: dict[str, tuple[str, ...]] = {
    "Containers": (),
    "ContainersRunning": ("running",),
    "ContainersPaused": ("paused",),
    "ContainersStopped": ("exited", "stopped"),
}
_LIBPODS: dict[str, tuple[str, ...]] = {
    "number": (),
    "running": ("running",),
    "paused": ("paused",),
    "stopped": ("exited", "stopped"),
}


def _number(seen: Visibility, states: tuple[str, ...]) -> int:
    return sum(seen.states[state] for state in states) if states else seen.states.total()


def _count(shown: dict[str, Any], counts: dict[str, int]) -> None:
    shown |= {name: count for name, count in counts.items() if name in shown}


def _count_within(shown: dict[str, Any], key: str, counts: dict[str, int]) -> None:
    store = shown.get("store")
    if isinstance(store, dict):
        shown["store"] = {**store, key: counts}


def _stats(seen: Visibility, value: Any) -> Any:
    if seen.all_of("container.stats") or not isinstance(value, dict):
        return value if isinstance(value, dict) else {}
    rows = [
        row
        for row in _rows(value.get("Stats"))
        if isinstance(row, dict) and seen.known.get(str(row.get("ContainerID")))
    ]
    return {**value, "Stats": rows}


def _events(seen: Visibility, value: Any) -> Any:
    return value if seen.happened(value) else NOTHING


CUTS: dict[str, Cut] = {
    "container": _container,
    "containers": _containers,
    "df": _df,
    "events": _events,
    "image": _container,
    "info": _info,
    "images": _all_or_none("image.view"),
    "network": _network,
    "networks": _networks,
    "pod": _pod,
    # rows name containers and pods: for those alone who see all of both
    "pod_stats": _all_or_none("container.stats"),
    "pods": _pods,
    "secrets": _all_or_none("secret.view"),
    "stats": _stats,
    "volume": _volume,
    "volumes": _volumes,
}
