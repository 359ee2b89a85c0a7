"""Every route that code or a template names exists. A misspelt one would be a dead button, or a
page that fails when it is opened.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.stack import CHECKOUT

# take a route's name as their first argument, whatever it looks like
ASK = {"reverse", "reverse_lazy", "redirect", "resolve_url"}
IN_TEMPLATES = re.compile(r"""{%\s*url\s+['"]([^'"]+)['"]""")
LOOKS_LIKE_ONE = re.compile(r"([a-z_]+):([a-z][a-z_-]*)")
# filters of lists and the like, in which a word is also the name of some route
NO_ROUTES = {"what:seen", "haulout:pod", "state:open", "kind:container", "action:remove"}


def names(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{before}{pattern.namespace}:" if pattern.namespace else before
            yield from names(pattern, space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield before + pattern.name


ROUTES = frozenset(names(get_resolver()))
SPACES = {name.partition(":")[0] for name in ROUTES if ":" in name}
LOCAL = {name.partition(":")[2] for name in ROUTES if ":" in name}
SOURCES = sorted(
    path
    for room in ("dashboard", "hosts", "accounts")
    for path in (CHECKOUT / room).rglob("*.py")
    if "migrations" not in path.parts
)


def asked(call: ast.Call) -> ast.expr | None:
    """The route's name in a call that takes one."""
    function = call.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return call.args[0] if name in ASK and call.args else None


def shape(name: ast.expr) -> str | None:
    """The name as a regular expression; None for one that is a variable."""
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        # `redirect` takes addresses too
        return None if "/" in name.value else re.escape(name.value)
    if isinstance(name, ast.JoinedStr):
        parts = [
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_-]+"
            for part in name.values
        ]
        whole = "".join(parts)
        return None if "/" in whole or r"\?" in whole else whole
    return None


def named_in_code(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text())
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    pieces = {id(part) for text in texts for part in text.values}
    for node in ast.walk(tree):
        if id(node) in pieces:
            continue
        if isinstance(node, ast.Call) and (name := asked(node)) is not None:
            if (found := shape(name)) is not None:
                yield node.lineno, found
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            match = LOOKS_LIKE_ONE.fullmatch(node.value)
            if match and node.value not in NO_ROUTES and (match[1] in SPACES or match[2] in LOCAL):
                yield node.lineno, re.escape(node.value)


def test_what_code_names_is_there() -> None:
    found = [(path, line, name) for path in SOURCES for line, name in named_in_code(path)]
    assert len(found) > 200
    dead = [
        f"{path.relative_to(CHECKOUT)}:{line} {name}"
        for path, line, name in found
        if not any(re.fullmatch(name, route) for route in ROUTES)
    ]
    assert not dead, "\n".join(dead)


def test_what_templates_name_is_there() -> None:
    found = [
        (path, name)
        for path in sorted((CHECKOUT / "templates").rglob("*.html"))
        for name in IN_TEMPLATES.findall(path.read_text())
    ]
    assert len(found) > 100
    dead = [
        f"{path.relative_to(CHECKOUT)} {name}"
        for path, name in found
        # `"system:"|add:one.name` ends as one of them does
        if name not in ROUTES and not (name.endswith(":") and name[:-1] in SPACES)
    ]
    assert not dead, "\n".join(dead)


@pytest.mark.parametrize(
    "source", ['reverse("terminals:page", args=[1])', 'Doing("terminals:page")']
)
def test_a_dead_one_is_found(source: str, tmp_path: Path) -> None:
    path = tmp_path / "doings.py"
    path.write_text(source)
    assert [name for _line, name in named_in_code(path) if name not in ROUTES] != []
