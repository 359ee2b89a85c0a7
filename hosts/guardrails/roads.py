"""Every verb that does something on a host, and where guardrails look at what it would make.

A test compares this table with the registered actions: a new verb has to stand in one of the two.
"""

from enum import StrEnum


class Looked(StrEnum):
    """When: at the click, in the worker on what is really sent, or both; a stream where it runs."""

    CLICK = "click"
    WORK = "work"
    BOTH = "both"
    STREAM = "stream"


JUDGED: dict[str, Looked] = {
    "container.run": Looked.BOTH,
    "container.create": Looked.BOTH,
    "container.recreate": Looked.BOTH,
    # its spec is read from the container that is there
    "container.upgrade": Looked.WORK,
    "container.update": Looked.BOTH,
    "container.restore": Looked.WORK,
    "container.commit": Looked.BOTH,
    "container.exec": Looked.STREAM,
    "container.attach": Looked.STREAM,
    "pod.create": Looked.BOTH,
    "kube.play": Looked.BOTH,
    "volume.create": Looked.BOTH,
    "volume.clone": Looked.BOTH,
    "volume.open": Looked.BOTH,
    "container.open": Looked.BOTH,
    "network.create": Looked.BOTH,
    "image.pull": Looked.BOTH,
    # of an uploaded folder: a stream
    "image.build": Looked.BOTH,
    "image.copy": Looked.BOTH,
    "image.push": Looked.BOTH,
    "image.tag": Looked.BOTH,
    "image.list_create": Looked.BOTH,
    "image.list_edit": Looked.BOTH,
    "image.load": Looked.STREAM,
    "image.import": Looked.STREAM,
    "artifact.pull": Looked.BOTH,
    "artifact.push": Looked.BOTH,
    "artifact.add": Looked.STREAM,
}
# what these make is judged once more as Podman tells it, before it starts (Errand.confirm)
CONFIRMED = frozenset(
    {
        "container.run",
        "container.create",
        "container.recreate",
        "container.upgrade",
        "container.open",
        "pod.create",
        "kube.play",
        "volume.create",
        "volume.clone",
        "volume.open",
        "network.create",
        "image.build",
    }
)
# and what these change is judged once more as Podman tells it: what breaks a rule is changed back
CHANGED = frozenset({"container.update", "container.restore", "network.connect"})
_NAMES = "it gives a name to an image, which was judged"
_REGISTRY = "nothing comes to be on the host"
# the others that are judged, and why there is nothing to look at
UNCONFIRMED: dict[str, str] = {
    "container.commit": _NAMES,
    "container.exec": "its terminal is the person's from the first byte",
    "container.attach": "it makes nothing",
    "image.pull": _NAMES,
    "image.copy": _NAMES,
    "image.push": _REGISTRY,
    "image.tag": _NAMES,
    "image.list_create": _NAMES,
    "image.list_edit": _NAMES,
    "image.load": _NAMES,
    "image.import": _NAMES,
    "artifact.pull": _NAMES,
    "artifact.push": _REGISTRY,
    "artifact.add": _NAMES,
}
_THERE = "what is there was judged when it was made"
_GONE = "it takes something away"
_READS = "it reads"
FREE: dict[str, str] = {
    "container.start": _THERE,
    "container.stop": _GONE,
    "container.restart": _THERE,
    "container.kill": _GONE,
    "container.pause": _THERE,
    "container.unpause": _THERE,
    "container.init": _THERE,
    "container.rename": "a name gives no rights",
    "container.checkpoint": _GONE,
    "container.healthcheck": "it runs what the container says",
    "container.wait": _READS,
    "container.remove": _GONE,
    "container.prune": _GONE,
    "pod.start": _THERE,
    "pod.stop": _GONE,
    "pod.restart": _THERE,
    "pod.kill": _GONE,
    "pod.pause": _THERE,
    "pod.unpause": _THERE,
    "pod.remove": _GONE,
    "pod.prune": _GONE,
    "kube.down": _GONE,
    "volume.remove": _GONE,
    "volume.prune": _GONE,
    "network.connect": "the network is there and was judged when it was made",
    "network.disconnect": _GONE,
    "network.remove": _GONE,
    "network.prune": _GONE,
    "image.search": _READS,
    "artifact.remove": _GONE,
    "image.untag": _GONE,
    "image.remove": _GONE,
    "image.prune": _GONE,
    "secret.create": "a secret reaches a container by a spec alone",
    "secret.replace": "a secret reaches a container by a spec alone",
    "secret.remove": _GONE,
    "system.check": "it mends Podman's own store",
    "host.rotate_key": "no object of Podman's",
}


def at_click(verb: str) -> bool:
    """True where an order must carry what it would make."""
    return JUDGED.get(verb) in (Looked.CLICK, Looked.BOTH)


def at_work(verb: str) -> bool:
    """True where the worker must ask before it sends."""
    return JUDGED.get(verb) in (Looked.WORK, Looked.BOTH)
