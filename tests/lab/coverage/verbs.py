"""Which verbs send which of Podman's calls, read from the code: from the file of a card to what it calls of
hosts.podman.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from hosts import actions
from tests.lab.coverage.table import CHECKOUT, Row

_PODMAN = "hosts.podman"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def verbs_of(function: str) -> set[str]:
    """Verbs whose file, or a file of actions that it imports, names this function (dotted)."""
    return {verb for verb, module in card_modules() if function in _reached(module)}


def card_modules() -> Iterator[tuple[str, str]]:
    """(verb, the module with its card) of all there are."""
    for found in walk_packages(actions.__path__, f"{actions.__name__}."):
        module = vars(import_module(found.name))
        for card in (*module.get("CARDS", ()), *filter(None, [module.get("ACTION")])):
            yield card.verb, found.name


def sends(row: Row) -> bool:
    """Whether the row's function, or one that it calls in its file, makes this path."""
    module, _dot, name = row.function.rpartition(".")
    wanted = re.sub(r"\{[^}]*\}", "{}", row.call.partition(" ")[2])
    wanted = re.sub(r"^/v[\d.]+", "", wanted)
    return wanted in _paths(module, name)


def _paths(module: str, name: str) -> set[str]:
    found: set[str] = set()
    left, seen = [name], set()
    while left:
        if (one := left.pop()) in seen or one not in _defined(module):
            continue
        seen.add(one)
        for node in ast.walk(_defined(module)[one]):
            if isinstance(node, ast.Constant) and str(node.value).startswith("/"):
                found.add(str(node.value))
            elif isinstance(node, ast.Name):
                left.append(node.id)
            elif isinstance(node, ast.Call) and _makes_path(module, node.func):
                found.add("".join(f"/{_part(part)}" for part in node.args))
    return found


@cache
def _defined(module: str) -> dict[str, ast.AST]:
    """Functions of a module, and its constants."""
    found: dict[str, ast.AST] = {}
    for node in ast.walk(_tree(module)):
        if isinstance(node, _FUNCTIONS):
            found[node.name] = node
    for node in _tree(module).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
    return found


def _makes_path(module: str, function: ast.expr) -> bool:
    known = dict(_imported(module))
    return isinstance(function, ast.Name) and known.get(function.id) == "hosts.podman.paths.path"


def _part(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "{}"


@cache
def _reached(module: str) -> frozenset[str]:
    """Functions of hosts.podman that a file of actions, and those that it imports, name."""
    found, left, seen = set(), [module], set()
    while left:
        if (one := left.pop()) in seen:
            continue
        seen.add(one)
        known = dict(_imported(one))
        left += [
            name for name in known.values() if name.startswith("hosts.actions") and _file(name)
        ]
        for node in ast.walk(_tree(one)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add(f"{known.get(node.value.id, '')}.{node.attr}")
            elif isinstance(node, ast.Name) and node.id in known:
                found.add(known[node.id])
    return frozenset(_home(name) for name in found if name.startswith(_PODMAN))


def _home(function: str) -> str:
    """Where it is defined, of a function that a module has from another."""
    module, _dot, name = function.rpartition(".")
    return dict(_imported(module)).get(name, function) if _file(module) else function


def _imported(module: str) -> Iterator[tuple[str, str]]:
    """(name here, dotted name) of what a file imports; the module itself too of a name from a module."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
            yield node.module, node.module


def _file(module: str) -> Path | None:
    file = CHECKOUT / f"{module.replace('.', '/')}.py"
    return file if file.is_file() else None


@cache
def _tree(module: str) -> ast.Module:
    file = _file(module) or CHECKOUT / module.replace(".", "/") / "__init__.py"
    return ast.parse(file.read_text())
