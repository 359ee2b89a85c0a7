"""Builds proposals from requests without a spec: networks, builds, exec, images, helper containers."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from hosts.guardrails import containerfile_sources, masked
from hosts.guardrails.from_spec import capability
from hosts.guardrails.from_storage import split_mount, volume_with_options
from hosts.guardrails.proposal import Fact, Namespace, Part, PartType, Port, Proposal
from hosts.guardrails.reader import Reader

NETWORK = frozenset(
    """
    name driver internal dns_enabled ipv6_enabled labels subnets network_dns_servers options
    network_interface id created ipam_options routes
    """.split()  # noqa: SIM905 - a list would be three screens long
)
# parameters of libpod's POST build (pkg/api/handlers/compat/images_build.go)
_CALM_BUILD = frozenset(
    """
    t dockerfile target platform buildargs labels nocache pullpolicy pull layers rm forcerm q quiet
    squash compatvolumes annotations outputformat output timestamp omithistory unsetenv
    unsetlabel excludes allplatforms retry retry-delay jobs logerrors identitylabel cpusetcpus
    cpusetmems cpushares manifest layerlabel skipunusedstages rusage dnsservers dnssearch dnsoptions
    httpproxy cacheto cachettl created inheritlabels inheritannotations
    """.split()  # noqa: SIM905
)
_JUDGED_BUILD = frozenset(
    """
    addcaps dropcaps networkmode nsoptions devices volumes seccomp apparmor labelopts isolation memory
    memswap cpuquota cpuperiod cgroupparent extrahosts shmsize ulimits additionalbuildcontexts secrets
    cachefrom remote
    """.split()  # noqa: SIM905
)


def network(verb: str, body: Mapping[str, Any]) -> Proposal:
    """From the body of networks/create. The parent interface is part of the host's network."""
    reader = Reader()
    given = reader.mapping(body, NETWORK, "")
    part = Part(PartType.NETWORK, reader.text(given.get("name"), "name"))
    part.labels = reader.pairs(given.get("labels"), "labels")
    driver = reader.text(given.get("driver"), "driver")
    parent = reader.text(given.get("network_interface"), "network_interface")
    if driver in ("macvlan", "ipvlan"):
        part.spaces.append(Namespace("network", "host", parent or "-", "driver"))
    mode = reader.pairs(given.get("options"), "options").get("mode")
    if driver == "bridge" and mode == "unmanaged":
        part.spaces.append(Namespace("network", "host", parent, "options.mode"))
    return Proposal(verb, (part,), tuple(reader.unknown))


def build(verb: str, query: Mapping[str, Any], *, text: str | None) -> Proposal:
    """From the query of a build and its Containerfile. `text` None: not known before the upload."""
    reader = Reader()
    given = reader.mapping(
        {key: value for key, value in query.items() if value is not None},
        _CALM_BUILD | _JUDGED_BUILD,
        "",
    )
    tags = given.get("t") or []
    part = Part(PartType.BUILD, str(tags[0]) if isinstance(tags, list) and tags else "")
    part.names = [Fact(name, at) for name, at in reader.texts(given.get("t"), "t")]
    part.labels = reader.pairs(given.get("labels"), "labels")
    if remote := reader.text(given.get("remote"), "remote"):
        part.origins.append(Fact(remote, "remote"))
    part.images += [
        Fact(name, at) for name, at in reader.texts(given.get("cachefrom"), "cachefrom")
    ]
    _containerfile(part, text)
    if reader.text(given.get("pullpolicy"), "pullpolicy") == "always":
        part.pulled = [fact.value for fact in part.images]
    written = None if text is None else partial(masked.containerfile, text)
    for name, at in reader.texts(given.get("addcaps"), "addcaps"):
        part.capabilities.append(Fact(capability(name), at))
    part.devices += [
        Fact(text.partition(":")[0], at)
        for text, at in reader.texts(given.get("devices"), "devices")
    ]
    for text, at in reader.texts(given.get("volumes"), "volumes"):
        source, _colon, rest = text.partition(":")
        target, _sign, options = rest.partition(":")
        words = tuple(word for word in options.split(",") if word)
        kind = "bind" if "/" in source else "volume"
        part.mounts += split_mount(reader, kind, source, target, words, at)
    for key, value in reader.pairs(
        given.get("additionalbuildcontexts"), "additionalbuildcontexts"
    ).items():
        image = value.removeprefix("image:").removeprefix("docker-image://")
        where = f"additionalbuildcontexts.{key}"
        if value.startswith(("image:", "docker-image://")):
            part.images.append(Fact(image, where))
        else:
            part.origins.append(Fact(value, where))
    mode = reader.text(given.get("networkmode"), "networkmode").lower()
    _build_space(part, "network", mode, "networkmode")
    for raw, at in reader.items(given.get("nsoptions"), "nsoptions"):
        one = reader.mapping(raw, ("Name", "Host", "Path"), at)
        name = reader.text(one.get("Name"), at)
        if reader.tick(one.get("Host"), at):
            _build_space(part, name, "host", at)
        elif path := reader.text(one.get("Path"), at):
            part.spaces.append(Namespace(name, "path", path, at))
    for key, word in (
        ("seccomp", "seccomp"),
        ("apparmor", "apparmor"),
        ("isolation", "isolation"),
        ("cgroupparent", "cgroup-parent"),
    ):
        if text := reader.text(given.get(key), key):
            part.security.append(Fact(f"{word}={text}", key))
    part.security += [
        Fact(f"label={text}", at) for text, at in reader.texts(given.get("labelopts"), "labelopts")
    ]
    if memory := reader.number(given.get("memory"), "memory"):
        part.limits["memory"] = memory
    return Proposal(verb, (part,), tuple(reader.unknown), written)


def _containerfile(part: Part, text: str | None) -> None:
    if text is None:
        part.origins.append(Fact("", "context"))
        return
    taken = containerfile_sources.read(text)
    part.images += [Fact(name, "FROM") for name in dict.fromkeys(taken.images)]
    part.origins += [Fact(name, "FROM") for name in dict.fromkeys(taken.unclear)]
    if taken.host_network:
        _build_space(part, "network", "host", "RUN --network")
    if taken.insecure:
        part.give_all_rights("RUN --security")


def _build_space(part: Part, name: str, mode: str, at: str) -> None:
    if mode == "host":
        part.spaces.append(Namespace(name, "host", "", at))
        if name == "network":
            part.ports.append(Port(-1, 1, "", at))
    elif mode.startswith(("container:", "ns:", "/")):
        kind = "container" if mode.startswith("container:") else "path"
        part.spaces.append(Namespace(name, kind, mode.partition(":")[2] or mode, at))


def command(verb: str, *, privileged: bool = False, user: str = "", name: str = "") -> Proposal:
    """From a command or terminal in a container."""
    part = Part(PartType.EXEC, name)
    if privileged:
        part.give_all_rights("privileged")
    if user:
        part.user = Fact(user, "user")
    return Proposal(verb, (part,))


def images(
    verb: str,
    names: Iterable[str],
    *,
    field: str = "image",
    called: Iterable[str] = (),
    pulled: bool = False,
) -> Proposal:
    """From images that come to a host. `called`: the names that they get there. `pulled`: they are fetched
    even if an image has that name already.
    """
    part = Part(PartType.IMAGE)
    part.images = [Fact(name, field) for name in names]
    part.pulled = [fact.value for fact in part.images] if pulled else []
    part.names = [Fact(name, "name") for name in called]
    return Proposal(verb, (part,))


def image_names(verb: str, names: Iterable[str], *, field: str) -> Proposal:
    """From names that images get or have, whatever the images are."""
    part = Part(PartType.IMAGE)
    part.names = [Fact(name, field) for name in names]
    return Proposal(verb, (part,))


def archive(
    verb: str, *, file: str, names: Iterable[str] = (), called: Iterable[str] = ()
) -> Proposal:
    """From an uploaded archive, whose content is not known. `names`: those known so far. `called`: the name
    that the image gets.
    """
    part = Part(PartType.IMAGE, file)
    part.origins.append(Fact(file, "file"))
    part.images = [Fact(name, "reference") for name in names]
    part.names = [Fact(name, "reference") for name in called]
    return Proposal(verb, (part,))


def push(verb: str, name: str) -> Proposal:
    """From a push: the name in the registry, by which others pull it."""
    part = Part(PartType.PUSH, name)
    part.names.append(Fact(name, "destination"))
    return Proposal(verb, (part,))


def helper(verb: str, *, image: str, volumes: Mapping[str, str]) -> Proposal:
    """From a helper container that Haulout makes to reach a volume. `volumes`: name to path inside. The
    person chooses only its image and its volumes.
    """
    reader = Reader()
    part = Part(PartType.IMAGE)
    part.images = [Fact(image, "image")]
    part.mounts = [
        volume_with_options(reader, name, at, (), "volumes") for name, at in volumes.items()
    ]
    return Proposal(verb, (part,), tuple(reader.unknown))
