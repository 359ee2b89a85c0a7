"""A document of a kube file as Podman reads it: each field under its true name, at every depth.

Podman's Go takes `Kind`, and a K of Kelvin, for `kind`, and the last of two spellings wins. So what is
sent to it is never what was written, but what stands here: what is judged, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hosts.guardrails.kube_fields import DOCUMENTS, Fields, Leaf

# as it stands in the document: names and numbers of items
Path = tuple[str | int, ...]


@dataclass(slots=True)
class Shaped:
    """`content`: what Podman reads of it. `unknown`: names that nobody knows, which `content` lacks;
    `twice`: a name, and how it stands there too; `wrong`: a value, and what it has to be. All by
    their place as it was written. `written`: of each place in `content` that one.
    """

    content: dict[str, Any] = field(default_factory=dict)
    unknown: list[Path] = field(default_factory=list)
    twice: list[tuple[Path, str]] = field(default_factory=list)
    wrong: list[tuple[Path, Leaf | str]] = field(default_factory=list)
    written: dict[Path, Path] = field(default_factory=dict)


def kind_of(document: Mapping[Any, Any]) -> str:
    """What Podman takes for its kind; "" where it says none."""
    found = (value for key, value in document.items() if str(key).casefold() == "kind")
    return next((value for value in found if isinstance(value, str)), "")


def shaped(document: Mapping[Any, Any]) -> Shaped:
    """Of a document of a kind that Podman plays (kube_fields.DOCUMENTS)."""
    found = Shaped()
    fields = DOCUMENTS[kind_of(document)]
    found.content = _mapping(found, document, fields, written=(), at=()) or {}
    return found


def dotted(path: Path) -> str:
    """spec.containers[0].name"""
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return said.removeprefix(".")


def _value(found: Shaped, value: Any, what: Any, *, written: Path, at: Path) -> Any:
    """None where there is nothing that could be sent."""
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
        # an item that is nothing keeps its place, so that places stay what they are
        return [{} if item is None and isinstance(what[0], dict) else item for item in items]
    if what is Leaf.PAIRS:
        return _pairs(found, value, written)
    said = _leaf(value, what)
    if said is None:
        found.wrong.append((written, what))
    return said


def _mapping(found: Shaped, raw: Any, fields: Fields, *, written: Path, at: Path) -> Any:
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        found.wrong.append((written, "a mapping"))
        return None
    names = {name.casefold(): name for name in fields}
    said: dict[str, Any] = {}
    seen: dict[str, str] = {}
    for raw_key, value in raw.items():
        key = str(raw_key)
        name = names.get(key.casefold())
        if name is None:
            found.unknown.append((*written, key))
        elif name in seen:
            # whichever of them Podman took, we do not
            found.twice.append(((*written, key), seen[name]))
            said.pop(name, None)
        else:
            seen[name] = key
            if fields[name] is Leaf.IGNORED or value is None:
                continue
            inner = _value(found, value, fields[name], written=(*written, key), at=(*at, name))
            if inner is not None:
                said[name] = inner
    return said


def _pairs(found: Shaped, raw: Any, written: Path) -> dict[str, str] | None:
    if not isinstance(raw, Mapping):
        found.wrong.append((written, Leaf.PAIRS))
        return None
    said: dict[str, str] = {}
    for key, value in raw.items():
        text = "" if value is None else _leaf(value, Leaf.TEXT)
        if text is None:
            found.wrong.append(((*written, str(key)), Leaf.TEXT))
        else:
            said[str(key)] = text
    return said


def _leaf(value: Any, what: Leaf) -> Any:
    """As Go has it, which takes a number for a text; None where it would take it for nothing."""
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
