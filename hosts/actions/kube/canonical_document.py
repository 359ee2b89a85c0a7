"""A document in the form in which Podman reads it, or why it is ambiguous."""

from django.utils.translation import gettext as _

from hosts.actions.kube.kube_yaml import Document, YamlRefused
from hosts.guardrails.kube_document import dotted_path, normalize_document
from hosts.guardrails.kube_fields import Leaf


def canonical_document(document: Document) -> tuple[Document, list[tuple[str, int]]]:
    """(document with true field names, [(unknown field, line)]). Unknown fields are left out. YamlRefused
    for a duplicate field or a wrong type.
    """
    shape = normalize_document(document.content)
    for path, other in shape.twice:
        raise duplicate_field(str(path[-1]), other, document.line_of(*path))
    for path, what in shape.wrong:
        raise YamlRefused(
            _("%(name)s must be %(what)s.")
            % {"name": dotted_path(path), "what": _type_words(what)},
            document.line_of(*path),
        )
    lines = {at: document.line_of(*written) for at, written in shape.written.items()}
    unknown = [(dotted_path(path), document.line_of(*path)) for path in shape.unknown]
    return Document(shape.content, document.line, lines), unknown


def duplicate_field(name: str, other: str, line: int) -> YamlRefused:
    """One field in two spellings. Which one Podman takes depends on their order."""
    words = _("“%(name)s” appears twice, also as “%(other)s”.")
    return YamlRefused(words % {"name": name[:80], "other": other[:80]}, line)


def _type_words(what: Leaf | str) -> str:
    fields = {
        Leaf.TEXT: _("a string"),
        Leaf.NUMBER: _("a whole number"),
        Leaf.TICK: _("true or false"),
        Leaf.EITHER: _("a number or a string"),
        Leaf.PAIRS: _("a mapping of names to strings"),
        "a list": _("a list"),
        "a mapping": _("a mapping"),
    }
    return fields[what]
