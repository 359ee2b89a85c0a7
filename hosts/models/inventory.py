"""The inventory: our mirror of Podman's objects, a fixed part of its *list* shape.

Only the link writes these rows (hosts.inventory). Rows of objects that are gone stay seven days.
"""

import re
from typing import Any

from django.db import models
from django.db.models import F, Func, Q, Value

from hosts.models.hosts import Endpoint

LIVE = Q(gone__isnull=True)


class JsonCondition(Func):
    """A condition in SQL of its own for each database, with a %s for each expression."""

    output_field = models.BooleanField()
    sqlite = postgresql = ""

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self._filled(compiler, self.sqlite)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self._filled(compiler, self.postgresql)

    def _filled(self, compiler: Any, template: str) -> tuple[str, list[Any]]:
        parts = [compiler.compile(part) for part in self.source_expressions]
        params = [value for _sql, values in parts for value in values]
        return template % tuple(sql for sql, _values in parts), params


class HasLabel(JsonCondition):
    """True for rows whose `labels` hold `name`, with this value if one is given.

    Django's lookups take a name of digits for an index into a list. SQLite's paths cannot hold a
    quotation mark. A host may send either.
    """

    sqlite = "EXISTS(SELECT 1 FROM json_each(%s) WHERE key = %s)"
    postgresql = "jsonb_exists(%s, %s::text)"

    def __init__(self, name: str, value: str | None = None) -> None:
        values = [name] if value is None else [name, value]
        super().__init__(F("labels"), *(Value(one, models.TextField()) for one in values))
        if value is not None:
            self.sqlite = (
                "EXISTS(SELECT 1 FROM json_each(%s) WHERE key = %s AND CAST(value AS TEXT) = %s)"
            )
            self.postgresql = "((%s ->> %s::text) IS NOT DISTINCT FROM %s::text)"


class NameMatches(Func):
    """True for rows whose name fits a pattern with * and ?; upper and lower case differ.

    No regular expression on SQLite: Django's is Python's, and a host could choose names on which it
    takes for ever.
    """

    output_field = models.BooleanField()

    def __init__(self, pattern: str) -> None:
        super().__init__(F("name"))
        self.pattern = pattern

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        name, params = compiler.compile(self.source_expressions[0])
        return f"({name} GLOB %s)", [*params, self.pattern.replace("[", "[[]")]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        name, params = compiler.compile(self.source_expressions[0])
        parts = {"*": r"(?:.|\n)*", "?": r"(?:.|\n)"}
        pattern = "".join(parts.get(one) or re.escape(one) for one in self.pattern)
        return f"({name} ~ %s)", [*params, rf"\A(?:{pattern})\Z"]


class PublishesPort(JsonCondition):
    """True for rows whose `ports` publish this port of the host, alone or within a range.

    People type the number; one that no port has finds nothing.
    """

    # port 0 in a row: not published
    sqlite = (
        "EXISTS(SELECT 1 FROM json_each(%s) WHERE %s BETWEEN max(value ->> 'host_port', 1)"
        " AND (value ->> 'host_port') + coalesce(value ->> 'range', 1) - 1)"
    )
    postgresql = (
        "EXISTS(SELECT 1 FROM jsonb_array_elements(%s) WHERE %s BETWEEN"
        " greatest((value ->> 'host_port')::int, 1)"
        " AND (value ->> 'host_port')::int + coalesce((value ->> 'range')::int, 1) - 1)"
    )

    def __init__(self, port: int) -> None:
        super().__init__(F("ports"), Value(port, models.IntegerField()))


def label_condition(label: str) -> Q:
    """Rows with the label: "app" with any value, or "app=shop"."""
    name, equals, wanted = label.partition("=")
    return Q(HasLabel(name, wanted if equals else None))


class InventoryRow(models.Model):
    """The columns of all mirrored objects. `podman_id`: the full id, else the name."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="%(class)ss")
    podman_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    labels = models.JSONField(default=dict)
    created_at = models.DateTimeField(null=True)
    # the endpoint's revision at the last write of this row
    revision = models.PositiveBigIntegerField(default=0)
    # hash of the mirrored part: an equal one needs no write
    digest = models.CharField(max_length=32)
    seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    gone = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


def once(kind: str) -> list[models.BaseConstraint]:
    """The constraint that an object has one row per endpoint."""
    return [models.UniqueConstraint(fields=["endpoint", "podman_id"], name=f"{kind}_once")]


def live_index(kind: str, *fields: str) -> models.Index:
    """An index over rows that are not gone; the id comes last, so that every sort is total."""
    short = "_".join(f.lstrip("-")[:6] for f in fields)
    return models.Index(fields=[*fields, "id"], name=f"{kind}_{short}"[:30], condition=LIVE)


class Container(InventoryRow):
    """A container as `containers/json` tells it, without `Status`, which changes with time."""

    image = models.CharField(max_length=500)
    image_id = models.CharField(max_length=80)
    command = models.JSONField(default=list)
    # created, configured, running, paused, exited, stopped, stopping, removing, unknown…
    state = models.CharField(max_length=20)
    # healthy, unhealthy, starting or empty
    health = models.CharField(max_length=12, blank=True)
    started_at = models.DateTimeField(null=True)
    exited_at = models.DateTimeField(null=True)
    exit_code = models.IntegerField(null=True)
    # Podman's own count since a person started it; none before Podman 5
    restarts = models.PositiveIntegerField(default=0)
    # from events and inspect, not from the list (hosts.inventory.deaths): its last end, and crashes
    # in a row. stopped_at: the end that a person caused; equal to `exited_at` if that was the last
    died_at = models.DateTimeField(null=True)
    died_code = models.IntegerField(null=True)
    crashes = models.PositiveIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)
    # likewise the end for lack of memory
    oom_at = models.DateTimeField(null=True)
    pid = models.PositiveIntegerField(default=0)
    # [{"host_ip", "host_port", "container_port", "range", "protocol"}]
    ports = models.JSONField(default=list)
    mounts = models.JSONField(default=list)
    # names of volumes among its mounts, from inspect; None: not inspected yet
    volumes = models.JSONField(null=True)
    networks = models.JSONField(default=list)
    pod_id = models.CharField(max_length=80, blank=True)
    pod_name = models.CharField(max_length=255, blank=True)
    is_infra = models.BooleanField(default=False)
    # who owns it: systemd unit (PODMAN_SYSTEMD_UNIT), compose project, kube file
    unit = models.CharField(max_length=255, blank=True)
    project = models.CharField(max_length=255, blank=True)
    kube = models.BooleanField(default=False)

    class Meta:
        constraints = once("container")
        indexes = [
            live_index("container", "name"),
            live_index("container", "state", "name"),
            live_index("container", "image", "name"),
            live_index("container", "created_at"),
            live_index("container", "changed_at"),
            live_index("container", "health", "name"),
            live_index("container", "project", "name"),
            live_index("container", "endpoint", "name"),
            live_index("container", "endpoint", "pod_name", "name"),
            live_index("container", "unit", "name"),
            # only containers in a row of crashes
            models.Index(
                fields=["endpoint", "crashes", "name", "id"],
                name="container_crashes",
                condition=LIVE & Q(crashes__gt=0),
            ),
            # crash loops, as pages ask for them
            models.Index(
                fields=["crashes", "id"],
                name="container_loops",
                condition=LIVE & Q(crashes__gte=3),
            ),
            # lists leave infra containers out, and count them apart
            live_index("container", "is_infra", "name"),
        ]


class Pod(InventoryRow):
    """A pod. Its state is Podman's own word (Running, Degraded, Exited …) in lower case."""

    state = models.CharField(max_length=20)
    infra_id = models.CharField(max_length=80, blank=True)
    # [{"id", "name", "state"}]
    containers = models.JSONField(default=list)
    networks = models.JSONField(default=list)

    class Meta:
        constraints = once("pod")
        indexes = [
            live_index("pod", "name"),
            live_index("pod", "state", "name"),
            live_index("pod", "created_at"),
            live_index("pod", "endpoint", "name"),
        ]


class Image(InventoryRow):
    """An image; `name` is its first name or empty when dangling."""

    names = models.JSONField(default=list)
    # the first digest that a registry knew it by
    image_digest = models.CharField(max_length=100, blank=True)
    # all of them: of the image itself, and of each index through which it was pulled
    digests = models.JSONField(default=list)
    size_bytes = models.BigIntegerField(default=0)
    shared_bytes = models.BigIntegerField(default=0)
    containers = models.IntegerField(default=0)
    dangling = models.BooleanField(default=False)
    # it names other images, one per platform, and has no layers of its own
    manifest_list = models.BooleanField(default=False)

    class Meta:
        constraints = once("image")
        indexes = [
            live_index("image", "name"),
            live_index("image", "created_at"),
            live_index("image", "size_bytes"),
            live_index("image", "endpoint", "name"),
            # one image on many hosts: lists grouped by image
            live_index("image", "podman_id", "endpoint", "name"),
        ]


class Volume(InventoryRow):
    """A volume; its name is its id."""

    driver = models.CharField(max_length=60)
    mountpoint = models.CharField(max_length=1000, blank=True)
    options = models.JSONField(default=dict)
    anonymous = models.BooleanField(default=False)

    class Meta:
        constraints = once("volume")
        indexes = [
            live_index("volume", "name"),
            live_index("volume", "created_at"),
            live_index("volume", "endpoint", "name"),
        ]


class Network(InventoryRow):
    """A network with its subnets: [{"subnet", "gateway"}]."""

    driver = models.CharField(max_length=60)
    interface = models.CharField(max_length=60, blank=True)
    subnets = models.JSONField(default=list)
    internal = models.BooleanField(default=False)
    ipv6 = models.BooleanField(default=False)
    dns = models.BooleanField(default=False)

    class Meta:
        constraints = once("network")
        indexes = [
            live_index("network", "name"),
            live_index("network", "created_at"),
            live_index("network", "endpoint", "name"),
        ]


class Secret(InventoryRow):
    """A secret: its name and dates. What is in it is never read."""

    driver = models.CharField(max_length=60)
    updated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = once("secret")
        indexes = [
            live_index("secret", "name"),
            live_index("secret", "created_at"),
            live_index("secret", "endpoint", "name"),
        ]


class Unit(InventoryRow):
    """A systemd unit that a quadlet makes, by systemd's own word (hosts.systemd). Its id is its name."""

    # systemd's words: active, reloading, inactive, failed, activating, deactivating…
    state = models.CharField(max_length=20)
    # and in detail: running, exited, dead, auto-restart, start-pre…
    sub = models.CharField(max_length=30, blank=True)
    # how its last run ended: success, exit-code, signal, timeout, oom-kill, start-limit-hit…
    result = models.CharField(max_length=30, blank=True)
    exit_code = models.IntegerField(null=True)
    # the number of the signal that ended it
    exit_signal = models.IntegerField(null=True)
    since = models.DateTimeField(null=True)
    restarts = models.PositiveIntegerField(default=0)
    at_boot = models.BooleanField(default=False)
    description = models.CharField(max_length=255, blank=True)
    # the quadlet's file on the host, and what it makes: container, pod, kube, volume, network, image…
    source = models.CharField(max_length=1000)
    makes = models.CharField(max_length=20)
    # the name of that on the host, where systemd tells it
    makes_name = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = once("unit")
        indexes = [
            live_index("unit", "name"),
            live_index("unit", "state", "name"),
            live_index("unit", "since"),
            live_index("unit", "endpoint", "name"),
        ]


# kind (as in verbs, URLs, bells) to model
INVENTORY: dict[str, type[Any]] = {
    "container": Container,
    "pod": Pod,
    "image": Image,
    "volume": Volume,
    "network": Network,
    "secret": Secret,
    "unit": Unit,
}
