"""Kinds about what comes in: the host's folders and files, and images."""

from collections.abc import Iterator

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts.guardrails.kinds.kind import (
    Breach,
    Kind,
    Setting,
    Settings,
    Shape,
    is_ticked,
    lines_of,
    where,
)
from hosts.guardrails.kinds.matching import image_matches, inside, matches, plain_path, whole_name
from hosts.guardrails.proposal import Mount, Part, PartType
from hosts.refusals import Refusal

# mounts in memory or made by Podman itself
_CALM = ("tmpfs", "ramfs", "devpts", "mqueue", "volume", "image")
_PATHS = ("bind", "overlay", "rootfs", "log", "file")
_ANYWHERE = frozenset(PartType) - {PartType.EXEC, PartType.LIMITS}


def _path(text: str) -> str:
    text = text.strip()
    path, _colon, option = text.partition(":")
    plain = plain_path(path)
    if plain is None or option not in ("", "ro"):
        raise Refusal(
            _now("“%s” is not valid: write a full path of the host, optionally with :ro.")
            % text[:80]
        )
    return f"{plain}:ro" if option else plain


def _pattern(text: str) -> str:
    text = text.strip()
    if not text or " " in text or "@" in text:
        raise Refusal(
            _now("“%s” is not valid: write quay.io/team, or docker.io/library/nginx:1.*") % text
        )
    registry = text.partition("/")[0]
    if not ("." in registry or ":" in registry or "*" in registry or registry == "localhost"):
        raise Refusal(_now("“%s” must start with a registry, such as docker.io/.") % text)
    return text


def _mounts(settings: Settings, part: Part) -> Iterator[Breach]:
    for mount in part.mounts:
        if words := _wrong(settings, mount):
            yield where(part, mount.field), words


def _wrong(settings: Settings, mount: Mount) -> str:
    shared = {"shared", "rshared"} & {option.strip().lower() for option in mount.options}
    if shared and mount.type in (*_PATHS, "volume"):
        return _now("mounts made inside would appear on the host (%s).") % ", ".join(sorted(shared))
    if mount.type in _CALM:
        return ""
    if mount.type == "driver":
        allowed = lines_of(settings, "drivers")
        words = _now("the volume's driver %s may mount anything.") % mount.source
        return "" if matches(mount.source, allowed) else words
    if mount.type == "from":
        return _now("it takes over all mounts of another container: %s.") % mount.source
    if mount.type not in _PATHS:
        place = f"{mount.type}:{mount.source}"
        words = _now("it mounts %(source)s as %(type)s.")
        problem = words % {"source": mount.source or "–", "type": mount.type}
        return "" if matches(place, lines_of(settings, "remote")) else problem
    return _outside(settings, mount)


def _outside(settings: Settings, mount: Mount) -> str:
    path = plain_path(mount.source)
    if path is None:
        return _now("“%s” is not a full path of the host.") % mount.source
    for line in lines_of(settings, "allow"):
        allowed, _colon, option = line.partition(":")
        if inside(path, allowed) and (not option or "ro" in mount.options):
            return ""
    if any(inside(path, line.partition(":")[0]) for line in lines_of(settings, "allow")):
        return _now("%s may be mounted read-only, and is not.") % path
    return _now("the host path %s may not be mounted.") % path


def _images(settings: Settings, part: Part) -> Iterator[Breach]:
    allowed = lines_of(settings, "allow")
    for fact in part.images:
        named = whole_name(fact.value)
        if named is None:
            words = _now("“%s” has no registry.")
            yield where(part, fact.field), words % fact.value
            continue
        name, tag, digest = named
        full = fact.value
        if any(image_matches(name, tag, pattern) for pattern in lines_of(settings, "refuse")):
            yield where(part, fact.field), _now("%s is forbidden here.") % full
        elif allowed and not any(image_matches(name, tag, pattern) for pattern in allowed):
            yield where(part, fact.field), _now("%s is not from an allowed place.") % full
        elif is_ticked(settings, "digest") and not digest and not name.startswith("localhost/"):
            yield where(part, fact.field), _now("%s has no digest (@sha256:…).") % full
    yield from _names(settings, part)
    uploads = is_ticked(settings, "archives")
    for fact in part.origins:
        # a base image has to come from the allowed places in an upload too
        if not uploads or fact.field == "FROM":
            yield where(part, fact.field), _origin(fact.field, fact.value)


def _names(settings: Settings, part: Part) -> Iterator[Breach]:
    """Judges names that images get, since the next run by that name uses the image. A new image has no
    digest yet, and localhost/ means that it was made here. Both are judged when it is run.
    """
    allowed = lines_of(settings, "allow")
    judged = {fact.value for fact in part.images}
    for fact in part.names:
        if fact.value in judged:
            continue
        # as Podman: a new name without a registry is in localhost
        named = whole_name(fact.value) or whole_name(f"localhost/{fact.value}")
        if named is None:
            yield where(part, fact.field), _now("“%s” is not a valid image name.") % fact.value
            continue
        name, tag, _digest = named
        if any(image_matches(name, tag, pattern) for pattern in lines_of(settings, "refuse")):
            yield where(part, fact.field), _now("no image may be named %s here.") % fact.value
        elif (
            allowed
            and not name.startswith("localhost/")
            and not any(image_matches(name, tag, pattern) for pattern in allowed)
        ):
            words = _now("an image would be named %s, which is not in an allowed place.")
            yield where(part, fact.field), words % fact.value


def _origin(field: str, value: str) -> str:
    if field == "context":
        return _now("the base images of an uploaded folder are not known in advance.")
    if field == "FROM":
        return _now("“%s” depends on an argument, so its registry is unknown.") % value
    return _now("the registry of “%s” is unknown.") % value


MOUNTS = Kind(
    "mounts",
    _("Mounts of the host"),
    _(
        "Folders and files of the host in containers, also through a volume's options, a root "
        "file system, an overlay, a log or another container. Named volumes and tmpfs are "
        "always allowed."
    ),
    "folder-tree",
    _ANYWHERE,
    (
        Setting(
            "allow",
            _("Paths that may be mounted, with everything below them"),
            help=_(
                "One per line; add :ro for read-only. Podman follows a link on the host that "
                "leads out of a path."
            ),
            example="/srv/data",
            read=_path,
        ),
        Setting(
            "remote",
            _("File systems that volumes may mount"),
            help=_("As type:device, with * for any text."),
            example="nfs::/exports/*",
        ),
        Setting("drivers", _("More volume drivers"), example="rclone"),
    ),
    _mounts,
)
IMAGES = Kind(
    "images",
    _("Registries and images"),
    _(
        "Where images may come from and go to: pull, run, base images, tags, copy, push. A "
        "registry or folder includes everything below it."
    ),
    "layers",
    _ANYWHERE,
    (
        Setting(
            "allow",
            _("Allowed; empty: all except those below"),
            example="registry.example.org/team",
            read=_pattern,
        ),
        Setting("refuse", _("Refused"), example="docker.io/*/*:latest", read=_pattern),
        Setting("digest", _("Each image name must have a digest"), Shape.TICK),
        Setting(
            "archives",
            _("Uploads are allowed too"),
            Shape.TICK,
            help=_(
                "Archives, tars and build contexts. Names in an archive and base images in a "
                "Containerfile must still come from the allowed places."
            ),
        ),
    ),
    _images,
)
KINDS = (MOUNTS, IMAGES)
