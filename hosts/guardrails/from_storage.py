"""Builds proposals from volumes: created, named in a spec with options, or as overlays."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hosts.guardrails.proposal import Fact, Mount, Part, PartType, Proposal
from hosts.guardrails.reader import Reader

# options of `podman volume create -o` for Podman's own drivers (libpod/volume.go,
# pkg/domain/infra/abi/parse); an unknown one may hold a path
_OPTIONS = frozenset(
    "type device o uid gid size inodes noquota timeout copy nocopy image password username".split()  # noqa: SIM905
)
_DRIVERS = ("", "local")
# options of a volume in a spec (pkg/util/mount_opts.go)
_MOUNT_OPTIONS = frozenset(
    """
    ro rw z Z U O exec noexec suid nosuid dev nodev copy nocopy idmap bind rbind private rprivate
    shared rshared slave rslave unbindable runbindable size mode tmpcopyup
    notmpcopyup noatime nodiratime relatime sync async
    """.split()  # noqa: SIM905 - a list would be three screens long
)

_OVERLAY_OPTIONS = ("upperdir", "workdir", "lowerdir")


def volume(
    verb: str,
    *,
    name: str,
    driver: str = "",
    options: Mapping[str, Any] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Proposal:
    """From the body of volumes/create."""
    reader = Reader()
    part = volume_part(reader, name=name, driver=driver, options=options or {}, at="options")
    part.labels = dict(labels or {})
    return Proposal(verb, (part,), tuple(reader.unknown))


def volume_part(
    reader: Reader, *, name: str, driver: str, options: Mapping[str, Any], at: str
) -> Part:
    """A volume as a part of a larger proposal."""
    part = Part(PartType.VOLUME, name)
    given = {str(key).strip().lower(): str(value) for key, value in options.items()}
    if driver == "image":
        part.images.append(Fact(given.get("image", ""), f"{at}.image"))
    elif driver not in _DRIVERS:
        part.mounts.append(Mount("driver", driver, name, (), "driver"))
    else:
        for key in given:
            if key not in _OPTIONS:
                reader.add_unknown(f"{at}.{key}")
        if found := behind(given, name, at):
            part.mounts.append(found)
    return part


def behind(options: Mapping[str, str], target: str, at: str) -> Mount | None:
    """What a volume of the local driver mounts. None: a folder of Podman's own."""
    kind, device = options.get("type", "").strip().lower(), options.get("device", "").strip()
    words = tuple(word.strip() for word in options.get("o", "").split(",") if word.strip())
    if not kind and not device and not {"bind", "rbind"} & set(words):
        return None
    if kind in ("tmpfs", "ramfs") and not {"bind", "rbind"} & set(words):
        return Mount(kind, device, target, words, at)
    if kind in ("", "none", "bind") or {"bind", "rbind"} & set(words):
        kind = "bind"
    return Mount(kind, device, target, words, f"{at}.device")


def volume_with_options(
    reader: Reader, name: str, target: str, options: tuple[str, ...], at: str
) -> Mount:
    """A named volume in a spec. Podman creates it with its `volume-opt=…` if it does not exist."""
    given: dict[str, str] = {}
    for option in options:
        # util.ParseDriverOpts: volume-opt=key=value
        head, _equals, rest = option.partition("=")
        if head.strip().lower().startswith("volume-opt"):
            key, _sign, value = rest.partition("=")
            given[key.strip().lower()] = value
        elif head not in _MOUNT_OPTIONS:
            reader.add_unknown(f"{at}.{head}")
    found = behind(given, target, at)
    if found is not None and found.type not in ("tmpfs", "ramfs"):
        return found
    # a volume's name has no slash; one with a slash is judged as a path
    kind = "bind" if "/" in name else "volume"
    return Mount(kind, name, target, options, at)


def split_mount(
    reader: Reader, kind: str, source: str, target: str, options: tuple[str, ...], at: str
) -> list[Mount]:
    """`source:target:options` where Podman splits it itself. `kind`: bind or volume."""
    if "O" not in options and kind == "volume":
        return [volume_with_options(reader, source, target, options, at)]
    for option in options:
        head = option.partition("=")[0]
        if head not in _MOUNT_OPTIONS and head not in _OVERLAY_OPTIONS:
            reader.add_unknown(f"{at}.{head}")
    shared = tuple({"shared", "rshared"} & set(options))
    if "O" not in options:
        return [Mount("bind", source, target, options, at)]
    found = overlay(source, target, options, at)
    return [replace(one, options=(*one.options, *shared)) for one in found]


def overlay(source: str, target: str, options: tuple[str, ...], at: str) -> list[Mount]:
    """A folder under an overlay: it is read, and its upper and work folders are written."""
    kind = "overlay" if "/" in source else "volume"
    return [Mount(kind, source, target, ("ro",), at), *folders(options, target, at)]


def folders(options: tuple[str, ...], target: str, at: str) -> list[Mount]:
    """The host's folders that overlay options name, of any mount."""
    found = []
    for option in options:
        name, equals, path = option.partition("=")
        if equals and name.strip().lower() in _OVERLAY_OPTIONS:
            found.append(Mount("overlay", path, target, (), at))
    return found
