"""Kube YAML from a person: read within bounds, so that no bomb costs more than its bytes.

Errors name their line. Aliases are counted as what they would grow to; names that stand twice in
one mapping are refused, since the last would silently win.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

LIMIT_BYTES = 1024 * 1024
MOST_NODES = 50_000
MOST_DOCUMENTS = 100
DEEPEST = 60


# libyaml's where the wheel has it: twenty times as fast
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlRefused(Exception):
    """What is wrong and where: `line` counts from 1, 0 where it concerns the whole."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the file: what it says, and the line on which each path begins."""

    content: dict[str, Any]
    line: int
    lines: dict[tuple[Any, ...], int]

    def line_of(self, *path: Any) -> int:
        """The line of a path, or of the nearest part above it that there is."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, self.line)


def read(text: str) -> list[Document]:
    """The documents of a file; empty ones are left out. YamlRefused."""
    if len(text.encode()) > LIMIT_BYTES:
        raise YamlRefused(_("The file is larger than 1 MiB."))
    found: list[Document] = []
    for node in _composed(text):
        if len(found) == MOST_DOCUMENTS:
            raise YamlRefused(
                _("More than %d documents in one file.") % MOST_DOCUMENTS, _line(node)
            )
        _check(node)
        if isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~"):
            continue
        if not isinstance(node, yaml.MappingNode):
            raise YamlRefused(_("A document is a mapping with apiVersion and kind."), _line(node))
        lines: dict[tuple[Any, ...], int] = {}
        _mark(node, (), lines)
        found.append(Document(_built(node), _line(node), lines))
    if not found:
        raise YamlRefused(_("There is nothing in it."))
    return found


def _composed(text: str) -> Iterator[yaml.Node]:
    # nodes, not values: aliases stay shared, so nothing grows yet
    try:
        _refuse_deep(text)
        loader = _Loader(text)
        try:
            while loader.check_node():
                node = loader.get_node()
                if node is not None:
                    yield node
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        said = wrong.problem or wrong.context or str(wrong)
        raise YamlRefused(said, mark.line + 1 if mark else 0) from wrong
    except yaml.YAMLError as wrong:
        raise YamlRefused(str(wrong)) from wrong


def _refuse_deep(text: str) -> None:
    """Depth and number of events, before anything that calls itself reads the text."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            mark = event.start_mark
            raise YamlRefused(_("It is nested too deeply."), mark.line + 1 if mark else 0)
        if number > 2 * MOST_NODES:
            raise YamlRefused(_("It has more than %d values.") % MOST_NODES)


def _check(node: yaml.Node) -> None:
    """Size with every alias written out, names that stand twice."""
    sizes: dict[int, int] = {}
    within: set[int] = set()

    def size(one: yaml.Node) -> int:
        if id(one) in within:
            raise YamlRefused(_("An alias contains itself."), _line(one))
        if id(one) in sizes:
            return sizes[id(one)]
        within.add(id(one))
        total = 1
        if isinstance(one, yaml.MappingNode):
            _refuse_twice(one)
            total += sum(size(key) + size(value) for key, value in one.value)
        elif isinstance(one, yaml.SequenceNode):
            total += sum(size(item) for item in one.value)
        within.discard(id(one))
        if total > MOST_NODES:
            raise YamlRefused(
                _("With its aliases written out it has more than %d values.") % MOST_NODES,
                _line(one),
            )
        sizes[id(one)] = total
        return total

    size(node)


def _refuse_twice(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise YamlRefused(_("A name must be a plain text."), _line(key))
        if key.value in seen:
            raise YamlRefused(_("“%s” stands there twice.") % key.value[:80], _line(key))
        seen.add(key.value)


def _mark(node: yaml.Node, path: tuple[Any, ...], lines: dict[tuple[Any, ...], int]) -> None:
    lines.setdefault(path, _line(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*path, key.value)] = _line(key)
            _mark(value, (*path, key.value), lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _mark(item, (*path, number), lines)


def _built(node: yaml.MappingNode) -> dict[str, Any]:
    builder = _Loader("")
    try:
        built = builder.construct_document(node)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        raise YamlRefused(str(wrong.problem), mark.line + 1 if mark else 0) from wrong
    except (ValueError, OverflowError) as wrong:
        raise YamlRefused(str(wrong), _line(node)) from wrong
    finally:
        builder.dispose()
    return {str(key): value for key, value in dict(built).items()}


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
