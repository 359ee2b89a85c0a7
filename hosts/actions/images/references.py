"""Image references: `[registry/]path[:tag][@digest]`.

The grammar is that of the distribution project, which Podman uses.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from hosts.podman.transports import transport_of
from hosts.refusals import Refusal

_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_PART}(?:/{_PART})*")
_REGISTRY = re.compile(
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*"
    r"|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?"
)
_TAG = re.compile(r"[\w][\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}")


@dataclass(frozen=True)
class Reference:
    """The parts of a reference. `registry` is empty for a short name."""

    registry: str
    path: str
    tag: str
    digest: str

    def __str__(self) -> str:
        name = f"{self.registry}/{self.path}" if self.registry else self.path
        return (
            name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")
        )

    @property
    def short(self) -> bool:
        """True when Podman would have to guess the registry."""
        return not self.registry


def parse(text: str) -> Reference:
    """The parts. A missing tag becomes `latest` unless there is a digest. Refusal."""
    text = text.strip()
    if not text:
        raise Refusal(_("Give the name of an image."))
    if transport := transport_of(text):
        raise Refusal(
            _("“%s:” names a file or storage of the host. Use an image from a registry.")
            % transport
        )
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise Refusal(_("“%s” is not a digest: write it like sha256:0123…") % digest[:80])
    first, slash, others = rest.partition("/")
    registry = ""
    if slash and ("." in first or ":" in first or first == "localhost" or first.startswith("[")):
        if not _REGISTRY.fullmatch(first):
            raise Refusal(_("“%s” is not a valid registry name.") % first[:80])
        registry, rest = first, others
    path, colon, tag = rest.partition(":")
    if colon and not _TAG.fullmatch(tag):
        raise Refusal(_("“%s” is not a tag: use letters, digits, “.”, “_”, “-”.") % tag[:80])
    if path != path.lower():
        raise Refusal(_("Write the name of an image in lower case."))
    if len(path) > 255 or not _PATH.fullmatch(path):
        raise Refusal(_("“%s” is not a valid image name.") % path[:80])
    return Reference(registry, path, tag or ("" if digest else "latest"), digest)


def parse_full(text: str) -> Reference:
    """As `parse`, but a short name is refused, since Podman would have to guess."""
    reference = parse(text)
    if reference.short:
        raise Refusal(_("“%s” has no registry: choose one of its full names.") % reference)
    return reference


def candidates(reference: Reference, search: Iterable[str]) -> list[str]:
    """Full names that a short name may mean on a host that searches these registries. Docker Hub has its
    official images under `library/`.
    """
    if not reference.short:
        return [str(reference)]
    found: list[str] = []
    for registry in search:
        path = reference.path
        if registry == "docker.io" and "/" not in path:
            path = f"library/{path}"
        found.append(str(Reference(registry, path, reference.tag, reference.digest)))
    return found
