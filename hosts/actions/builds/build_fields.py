"""Checks the options of a build, for a typed Containerfile and for an uploaded context."""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from hosts.actions.creation import checked_labels
from hosts.actions.images.references import parse, parse_full
from hosts.podman.build import BuildOptions
from hosts.refusals import FieldRefusal, Refusal

MOST_TAGS = 10
_TARGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(/v[0-9]+)?")


@dataclass(frozen=True)
class BuildOrder:
    """Checked options of a build. `arguments` may hold secrets and are never shown. `containerfile`: a path
    in the context.
    """

    tags: tuple[str, ...]
    containerfile: str
    target: str = ""
    platform: str = ""
    no_cache: bool = False
    pull_always: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict, repr=False)

    def options(self) -> BuildOptions:
        """As Podman's client takes them."""
        return BuildOptions(
            tags=self.tags,
            containerfile=self.containerfile,
            target=self.target,
            platform=self.platform,
            arguments=self.arguments,
            labels=self.labels,
            no_cache=self.no_cache,
            pull_always=self.pull_always,
        )

    def log_params(self) -> dict[str, object]:
        """What a job's row and an entry keep. Without the values of arguments."""
        return {
            "tags": list(self.tags),
            "containerfile": self.containerfile,
            "target": self.target,
            "platform": self.platform,
            "no_cache": self.no_cache,
            "pull": self.pull_always,
            "labels": self.labels,
            "argument_names": sorted(self.arguments),
        }


def build_order(
    *,
    tags: list[str],
    containerfile: str = "Containerfile",
    target: str = "",
    platform: str = "",
    no_cache: bool = False,
    pull_always: bool = False,
    labels: dict[str, str] | None = None,
    arguments: dict[str, str] | None = None,
) -> BuildOrder:
    """The checked options. FieldRefusal names the field."""
    if target and not _TARGET.fullmatch(target):
        raise FieldRefusal("target", _("“%s” is not the name of a stage.") % target[:80])
    if platform and not _PLATFORM.fullmatch(platform):
        raise FieldRefusal("platform", _("Write the platform like linux/arm64 or linux/arm/v7."))
    return BuildOrder(
        tags=_tags(tags),
        containerfile=inside(containerfile),
        target=target,
        platform=platform,
        no_cache=no_cache,
        pull_always=pull_always,
        labels=checked_labels(labels),
        arguments=dict(arguments or {}),
    )


def _tags(given: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for text in (one.strip() for one in given):
        if not text:
            continue
        try:
            # as podman build: without a registry the name is in localhost
            reference = parse(text)
            full = parse_full(f"localhost/{text}") if reference.short else reference
        except Refusal as wrong:
            raise FieldRefusal("tags", str(wrong)) from wrong
        if full.digest:
            raise FieldRefusal("tags", _("The name of a new image may not have a digest."))
        found.append(str(full))
    if not found:
        raise FieldRefusal("tags", _("Give the image a name, such as shop:1."))
    if len(found) > MOST_TAGS:
        raise FieldRefusal("tags", _("At most %d names.") % MOST_TAGS)
    return tuple(dict.fromkeys(found))


def inside(path: str) -> str:
    name = path.strip().removeprefix("./") or "Containerfile"
    parts = name.split("/")
    if name.startswith("/") or any(part in ("", ".", "..") for part in parts) or len(name) > 300:
        raise FieldRefusal(
            "containerfile", _("Give a path inside the context, such as docker/Containerfile.")
        )
    if name.startswith("[") or "\\" in name or not name.isprintable():
        # Podman reads "[" as a JSON list of files, and each could be a URL
        raise FieldRefusal("containerfile", _("This cannot be the name of a Containerfile."))
    if name.endswith(".in"):
        # buildah runs it through the C preprocessor, whose #include reads the host's files
        raise FieldRefusal(
            "containerfile",
            _("Podman would run the host's C preprocessor on a file that ends in .in. Rename it."),
        )
    return name
