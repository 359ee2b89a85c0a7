"""Reads a person's YAML within limits, so that no YAML bomb costs more than its bytes. Errors have a line.

Aliases count with their full size, and duplicate keys are refused, since the last one would win. Written
YAML reads the same everywhere: texts are quoted, numbers are decimal.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import yaml
from django.utils.translation import gettext as _

from hosts.refusals import Refusal

LIMIT_BYTES = 1024 * 1024
MOST_NODES = 50_000
MOST_DOCUMENTS = 100
DEEPEST = 60


_HEAD = "tag:yaml.org,2002:"
# Plain values that are no text. YAML 1.1 also has yes as true, and 22:30 as a number.
_PLAIN = {
    "null": (r"~|null|Null|NULL|", "~nN"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?(?:0|[1-9][0-9]*|0o?[0-7]+|0x[0-9a-fA-F]+)", "-+0123456789"),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    "merge": (r"<<", "<"),
}
# libyaml's loader if there is one: twenty times as fast
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FastDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Loader(_Fast):  # type: ignore[misc]
    """Reads YAML 1.2, as Podman's first reader nearly does."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for _name, (_pattern, _first) in _PLAIN.items():
    _firsts = [*_first, ""] if _name == "null" else list(_first)
    _Loader.add_implicit_resolver(f"{_HEAD}{_name}", re.compile(f"(?:{_pattern})\\Z"), _firsts)


class _Dumper(_FastDumper):  # type: ignore[misc]
    """Quotes all texts, so that no reader takes one for another type."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar(f"{_HEAD}str", text, style='"')
)


class YamlRefused(Refusal):
    """What is wrong. `line` counts from 1. 0: it concerns the whole file."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file, with the line of each path."""

    content: dict[str, Any]
    line: int
    lines: dict[tuple[Any, ...], int]

    def line_of(self, *path: Any) -> int:
        """The line of a path, or of its nearest parent."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, self.line)


def read(text: str) -> list[Document]:
    """The documents of a file without empty ones. YamlRefused."""
    if len(text.encode()) > LIMIT_BYTES:
        raise YamlRefused(_("The file is larger than 1 MiB."))
    try:
        return _read(text)
    except RecursionError as deep:
        raise YamlRefused(_("It is nested too deeply.")) from deep


def _read(text: str) -> list[Document]:
    found: list[Document] = []
    for node in _compose(text):
        if len(found) == MOST_DOCUMENTS:
            raise YamlRefused(
                _("More than %d documents in one file.") % MOST_DOCUMENTS, _line(node)
            )
        _check(node)
        if isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~"):
            continue
        if not isinstance(node, yaml.MappingNode):
            raise YamlRefused(
                _("Each document must be a mapping with apiVersion and kind."), _line(node)
            )
        lines: dict[tuple[Any, ...], int] = {}
        _mark(node, (), lines)
        found.append(Document(_build(node), _line(node), lines))
    if not found:
        raise YamlRefused(_("The file is empty."))
    return found


def _compose(text: str) -> Iterator[yaml.Node]:
    # nodes, not values: aliases are still shared, so memory does not grow
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
        problem = wrong.problem or wrong.context or str(wrong)
        raise YamlRefused(problem, mark.line + 1 if mark else 0) from wrong
    except yaml.YAMLError as wrong:
        raise YamlRefused(str(wrong)) from wrong


def _refuse_deep(text: str) -> None:
    """Check depth and size first, before any recursive reader runs."""
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
    """Check the size with aliases written out, and duplicate keys."""
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
            raise YamlRefused(_("A name must be a plain string."), _line(key))
        if key.value in seen:
            raise YamlRefused(_("“%s” appears twice.") % key.value[:80], _line(key))
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


def _build(node: yaml.Node) -> Any:
    """The node's value. Keys are their texts. Aliases are copied, not shared."""
    if isinstance(node, yaml.SequenceNode):
        return [_build(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == f"{_HEAD}merge":
                for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    if not isinstance(source, yaml.MappingNode):
                        raise YamlRefused(_("“<<” needs a mapping."), _line(source))
                    merged = {**_build(source), **merged}
            else:
                own[key.value] = _build(value)
        return {**merged, **own}
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    name = node.tag.removeprefix(_HEAD)
    if name in ("str", "merge"):
        return text
    read_as = _SCALARS.get(name)
    try:
        if read_as is not None and re.fullmatch(_PLAIN[name][0], text):
            return read_as(text)
    except Refusal as wrong:
        raise YamlRefused(str(wrong), _line(node)) from wrong
    except (ValueError, OverflowError):
        pass  # looks like one and is none
    words = _("“%(text)s” is not a valid %(tag)s.")
    raise YamlRefused(words % {"text": text[:80], "tag": node.tag[:80]}, _line(node))


def _int(text: str) -> int:
    digits = text.lstrip("+-")
    if len(digits) > _LONGEST_NUMBER:
        raise Refusal(_("The number is too large."))
    base = 16 if digits[:2] == "0x" else 8 if digits[0] == "0" and digits != "0" else 10
    return int(digits.replace("o", ""), base) * (-1 if text[0] == "-" else 1)


def _float(text: str) -> float:
    if (number := float(text)) in (float("inf"), float("-inf")):
        raise Refusal(_("The number is too large."))
    return number


_LONGEST_NUMBER = 18
_SCALARS: dict[str, Callable[[str], Any]] = {
    "null": lambda _text: None,
    "bool": lambda text: text.lower() == "true",
    "int": _int,
    "float": _float,
}


def dump(documents: Iterable[dict[str, Any]]) -> bytes:
    """The documents as YAML that reads the same everywhere."""
    return yaml.dump_all(
        documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**20
    ).encode()


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
