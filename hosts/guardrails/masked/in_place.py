"""YAML with its secrets hidden where they stand: comments, order, anchors and quotation marks stay.

What is to be hidden is told by comparing what the text says with what may be shown of it. The result is read
once more: where it does not say exactly that, nothing was sure (NotSure).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from hosts.guardrails.masked.arguments import comment
from hosts.guardrails.masked.names import HIDDEN

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# from, up to, instead
Edit = tuple[int, int, str]


class NotSure(Exception):
    """The text cannot be shown as it is."""


def in_place(text: str, shown: Callable[[Mapping[str, Any]], Any]) -> str:
    """`text` of documents, each with what `shown` leaves out of it hidden. NotSure."""
    # what is no character of its own shifts the places that the parser tells
    if text.startswith("\ufeff") or "\r" in text:
        raise NotSure
    try:
        nodes, wanted = _read(text, shown)
        edits, places = _edits(text, nodes, wanted)
        found = _with(text, edits, places)
        _again, said = _read(found, lambda one: one)
    except (yaml.YAMLError, ValueError, RecursionError) as wrong:
        raise NotSure from wrong
    if len(said) != len(wanted) or not all(map(_says, said, wanted)):
        raise NotSure
    return found


def _read(text: str, shown: Callable[[Any], Any]) -> tuple[list[yaml.MappingNode], list[Any]]:
    """Documents as nodes, and as what may be shown of them. Empty ones are left out."""
    nodes, values = [], []
    for node in yaml.compose_all(text, Loader=_LOADER):
        if isinstance(node, yaml.MappingNode):
            loader = _LOADER("")
            try:
                value = loader.construct_document(node)
            finally:
                loader.dispose()
            nodes.append(node)
            values.append(shown(value))
        elif node is not None and getattr(node, "value", None) not in ("", "null", "~"):
            raise NotSure
    return nodes, values


def _says(said: Any, wanted: Any) -> bool:
    """True where both say the same: no more is shown, and no more hidden. One value that stands in two
    places, by an alias, could otherwise be hidden where it runs.
    """
    if said == wanted:
        return True
    if wanted == HIDDEN:
        return all(leaf == HIDDEN for leaf in _leaves(said))
    if isinstance(said, Mapping) and isinstance(wanted, Mapping):
        if [str(key) for key in said] != [str(key) for key in wanted]:
            return False
        return all(map(_says, said.values(), wanted.values()))
    if isinstance(said, list) and isinstance(wanted, list):
        return len(said) == len(wanted) and all(map(_says, said, wanted))
    # not a number is no number
    return bool(said != said and wanted != wanted)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _edits(
    text: str, nodes: list[yaml.MappingNode], wanted: list[Any]
) -> tuple[list[Edit], list[tuple[int, int]]]:
    """What is to be put in, and where values and names stand: all else is comments and signs."""
    edits: dict[int, Edit] = {}
    places: dict[int, tuple[int, int]] = {}
    todo: list[tuple[yaml.Node, Any]] = list(zip(nodes, wanted, strict=True))
    while todo:
        node, may = todo.pop()
        if isinstance(node, yaml.ScalarNode):
            start, end = _place(text, node)
            places[start] = (start, end)
            if may == HIDDEN or (isinstance(may, str) and may != node.value and HIDDEN in may):
                edits[start] = (start, end, _instead(text[start:end], node, may))
        elif isinstance(node, yaml.SequenceNode):
            each = may if isinstance(may, list) else [may] * len(node.value)
            todo += zip(node.value, each, strict=False)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                start, end = _place(text, key)
                places[start] = (start, end)
                todo.append((value, _of(may, key)))
    return list(edits.values()), list(places.values())


def _of(may: Any, key: yaml.Node) -> Any:
    if not isinstance(may, Mapping):
        return may
    if key.tag == "tag:yaml.org,2002:merge":
        # what it brings along stands in the mapping itself
        return may
    for name, value in may.items():
        if str(name) == str(key.value):
            return value
    # another spelling of a number or a yes
    return HIDDEN


def _place(text: str, node: yaml.Node) -> tuple[int, int]:
    """Where a value stands, without its anchor and tag, and without the end of its last line."""
    start, end = node.start_mark.index, node.end_mark.index
    while start < end and text[start] in "&!":
        while start < end and not text[start].isspace():
            start += 1
        while start < end and text[start].isspace():
            start += 1
    end = start + len(text[start:end].rstrip())
    return start, end


def _instead(raw: str, node: yaml.ScalarNode, may: str) -> str:
    quote = raw[:1] if raw[:1] in ("'", '"') else ""
    if may == HIDDEN:
        return f"{quote}{HIDDEN}{quote}"
    if raw[len(quote) : len(raw) - len(quote)] == node.value:
        return f"{quote}{may}{quote}"
    if raw.startswith("|") and (block := _block(raw, node.value, may)) is not None:
        return block
    return json.dumps(may, ensure_ascii=False)


def _block(raw: str, value: str, may: str) -> str | None:
    """A block of lines, where each line of it stands in the text as it is."""
    head, _newline, rest = raw.partition("\n")
    before, after = rest.split("\n"), may.rstrip("\n").split("\n")
    lines = value.rstrip("\n").split("\n")
    if len(before) != len(lines) or len(after) != len(lines):
        return None
    found = [head]
    for old, line, new in zip(before, lines, after, strict=True):
        if not old.endswith(line):
            return None
        found.append(old[: len(old) - len(line)] + new)
    return "\n".join(found)


def _with(text: str, edits: list[Edit], places: list[tuple[int, int]]) -> str:
    instead = {start: new for start, _end, new in edits}
    found: list[str] = []
    done = 0
    for start, end in sorted(places):
        if start < done:
            raise NotSure
        found += [_comments(text[done:start]), instead.get(start, text[start:end])]
        done = end
    found.append(_comments(text[done:]))
    return "".join(found)


def _comments(text: str) -> str:
    """What stands between values: signs, and comments up to the ends of their lines."""
    found = []
    for line in text.split("\n"):
        sign, mark, rest = line.partition("#")
        found.append(f"{sign}{mark}{comment(rest)}" if mark else line)
    return "\n".join(found)
