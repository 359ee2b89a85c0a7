"""What a lock keeps from being done. Every verb of an action stands in one of three tables (a test)."""

READS = "it changes nothing of it"
# whatever is locked, host included
LET_THROUGH: dict[str, str] = {
    "container.wait": READS,
    "container.healthcheck": READS,
    "container.commit": READS,
    "container.open": READS,
    "volume.open": READS,
    "volume.clone": READS,
    "image.push": READS,
    "artifact.push": READS,
    "image.search": READS,
}
# they make something new: only a lock of the whole host is in their way, or of the pod they join
MAKES: frozenset[str] = frozenset(
    {
        "container.run",
        "container.create",
        "pod.create",
        "kube.play",
        "volume.create",
        "network.create",
        "secret.create",
        "image.pull",
        "artifact.pull",
        "artifact.add",
        "image.build",
        "image.copy",
        "image.list_create",
        "image.load",
        "image.import",
    }
)
# and these change an object that is there
CHANGES: frozenset[str] = frozenset(
    {
        "container.start",
        "container.stop",
        "container.restart",
        "container.kill",
        "container.pause",
        "container.unpause",
        "container.init",
        "container.rename",
        "container.update",
        "container.recreate",
        "container.upgrade",
        "container.checkpoint",
        "container.restore",
        "container.remove",
        "container.prune",
        "container.files_edit",
        "pod.start",
        "pod.stop",
        "pod.restart",
        "pod.kill",
        "pod.pause",
        "pod.unpause",
        "pod.remove",
        "pod.prune",
        "kube.down",
        "volume.remove",
        "volume.prune",
        "volume.files_edit",
        "network.connect",
        "network.disconnect",
        "network.remove",
        "network.prune",
        "image.tag",
        "image.untag",
        "image.list_edit",
        "image.remove",
        "image.prune",
        "secret.replace",
        "secret.remove",
        "artifact.remove",
        "system.check",
        "host.rotate_key",
    }
)


def heeds(verb: str) -> bool:
    """True where a lock can be in the way: of a job that stands in no table too."""
    return verb not in LET_THROUGH


def plan_of(verb: str) -> bool:
    """True for prunes: they leave out what is locked."""
    return verb.endswith(".prune")
