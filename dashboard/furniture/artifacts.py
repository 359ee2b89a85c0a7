"""Artifacts as the host lists them, cut to size. Their names come from strangers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hosts.inventory import bounds

MOST = 500
MOST_TEXT = 500
_TITLE = "org.opencontainers.image.title"
_CREATED = "org.opencontainers.image.created"


@dataclass(frozen=True, slots=True)
class Artifact:
    """`kind`: its media type. `files`: (title or media type, bytes)."""

    name: str
    digest: str
    kind: str
    files: list[tuple[str, int]]
    size_bytes: int
    created_at: datetime | None

    @property
    def has_registry(self) -> bool:
        """True when its name has a registry to push to."""
        return bool(self.name) and not self.name.startswith("localhost/")


def artifact_of(item: dict[str, Any]) -> Artifact:
    """One item of `list_artifacts`, cut to size."""
    manifest = _mapping(item.get("Manifest"))
    files = []
    for layer in map(_mapping, bounds.items(manifest.get("layers"), count=MOST)):
        named = _mapping(layer.get("annotations")).get(_TITLE) or layer.get("mediaType")
        files.append((_text(named), bounds.integer(layer.get("size"))))
    return Artifact(
        name=_text(item.get("Name")),
        digest=_text(item.get("Digest")),
        kind=_text(manifest.get("artifactType")),
        files=files,
        size_bytes=sum(size for _name, size in files),
        created_at=_moment(_mapping(manifest.get("annotations")).get(_CREATED)),
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return bounds.text(value, limit=MOST_TEXT)


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None
