"""Normalizes a document of a kube file: each field under its true name, at every depth.

Podman's Go takes `Kind`, and a Kelvin sign for K, for `kind`, and of two spellings the last one wins. So
Haulout sends the normalized document, which is also the one that is judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hosts.guardrails.kube_fields import DOCUMENTS, Fields, Leaf

# keys and list indexes in the document
Path = tuple[str | int, ...]


@dataclass(slots=True)
class NormalizedDocument:
    """`content`: what Podman reads. `unknown`: fields that are left out of it. `twice`: (path, the other
    spelling). `wrong`: (path, the type it must have). These paths are as written; `written` maps a path in
    `content` to one of those.
    """

    content: dict[str, Any] = field(default_factory=dict)
    unknown: list[Path] = field(default_factory=list)
    twice: list[tuple[Path, str]] = field(default_factory=list)
    wrong: list[tuple[Path, Leaf | str]] = field(default_factory=list)
    written: dict[Path, Path] = field(default_factory=dict)


def kind_of(document: Mapping[Any, Any]) -> str:
    """The kind of the document as Podman reads it. "" where there is none."""
    found = (value for key, value in document.items() if str(key).casefold() == "kind")
    return next((value for value in found if isinstance(value, str)), "")


def normalize_document(document: Mapping[Any, Any]) -> NormalizedDocument:
    """Normalize a document of a kind in kube_fields.DOCUMENTS."""
    found = NormalizedDocument()
    fields = DOCUMENTS[kind_of(document)]
    found.content = _mapping(found, document, fields, written=(), at=()) or {}
    return found


def dotted_path(path: Path) -> str:
    """The path as text: spec.containers[0].name"""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def _value(found: NormalizedDocument, value: Any, what: Any, *, written: Path, at: Path) -> Any:
    """The value in its true form. None where nothing can be sent."""
    found.written[at] = written
    if isinstance(what, dict):
        return _mapping(found, value, what, written=written, at=at)
    if isinstance(what, list):
        if not isinstance(value, list):
            found.wrong.append((written, "a list"))
            return None
        items = [
            _value(found, item, what[0], written=(*written, number), at=(*at, number))
            for number, item in enumerate(value)
        ]
        # an empty item keeps its place, so that indexes stay right
        return [{} if item is None and isinstance(what[0], dict) else item for item in items]
    if what is Leaf.PAIRS:
        return _pairs(found, value, written)
    leaf = _leaf(value, what)
    if leaf is None:
        found.wrong.append((written, what))
    return leaf


def _mapping(
    found: NormalizedDocument, raw: Any, fields: Fields, *, written: Path, at: Path
) -> Any:
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        found.wrong.append((written, "a mapping"))
        return None
    names = {name.casefold(): name for name in fields}
    normalized: dict[str, Any] = {}
    seen: dict[str, str] = {}
    for raw_key, value in raw.items():
        key = str(raw_key)
        name = names.get(key.casefold())
        if name is None:
            found.unknown.append((*written, key))
        elif name in seen:
            # neither of them is sent
            found.twice.append(((*written, key), seen[name]))
            normalized.pop(name, None)
        else:
            seen[name] = key
            if fields[name] is Leaf.IGNORED or value is None:
                continue
            inner = _value(found, value, fields[name], written=(*written, key), at=(*at, name))
            if inner is not None:
                normalized[name] = inner
    return normalized


def _pairs(found: NormalizedDocument, raw: Any, written: Path) -> dict[str, str] | None:
    if not isinstance(raw, Mapping):
        found.wrong.append((written, Leaf.PAIRS))
        return None
    texts: dict[str, str] = {}
    for key, value in raw.items():
        text = "" if value is None else _leaf(value, Leaf.TEXT)
        if text is None:
            found.wrong.append(((*written, str(key)), Leaf.TEXT))
        else:
            texts[str(key)] = text
    return texts


def _leaf(value: Any, what: Leaf) -> Any:
    """The value as Go reads it, which takes a number for a text. None where the type is wrong."""
    if what is Leaf.TICK:
        return value if isinstance(value, bool) else None
    if what in (Leaf.NUMBER, Leaf.EITHER) and isinstance(value, float) and value.is_integer():
        return int(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if what is Leaf.NUMBER:
        return value if whole else None
    if what is Leaf.EITHER and whole:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None
