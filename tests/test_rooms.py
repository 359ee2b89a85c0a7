"""The rooms of the design: imports go downwards only, and no file grows past what one can read."""

import ast
import functools
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
APPS = ("audit", "accounts", "hosts", "dashboard")
# a room may import those of a lower level, and its own
LEVELS = {
    "podman": 0,
    "systemd": 0,
    "link": 0,
    "vault": 0,
    "models": 1,
    "access": 2,
    "guardrails": 2,
    "inventory": 3,
    "stats": 3,
    "jobs": 4,
    "actions": 5,
    "chores": 6,
    "tasks": 6,
    "gate": 6,
    "registries": 6,
}
# of hosts/gate, each imports those before it
GATE = ("routes", "sessions", "calls", "plans", "changes", "doors")
CORES = ("hosts/podman", "hosts/systemd", "hosts/link")
CORE_LIBRARIES = {"aiohttp", "asyncssh", "jeepney"}
MAX_LINES = 400


@functools.cache
def code(*suffixes: str) -> list[Path]:
    """Our own files: not migrations, translations, dependencies or data."""
    skipped = {"migrations", "locale", "node_modules", "vendor", "__pycache__"}
    return [
        path.relative_to(CHECKOUT)
        for top in (*APPS, "tests", "templates", "static")
        for path in (CHECKOUT / top).rglob("*")
        if path.suffix in suffixes and not skipped & set(path.parts)
    ]


@functools.cache
def nodes(path: Path) -> list[ast.AST]:
    """All of a file's syntax that these rules ask for: imports and handlers, wherever in it."""
    wanted = (ast.Import, ast.ImportFrom, ast.ExceptHandler)
    tree = ast.parse((CHECKOUT / path).read_text())
    return [node for node in ast.walk(tree) if isinstance(node, wanted)]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports."""
    return named(nodes(path), path)


def named(found: Iterable[ast.AST], path: Path) -> Iterator[str]:
    """The modules, and names within them, that these imports of a file bring."""
    for node in found:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = ".".join(path.parts[:-1][: len(path.parts) - node.level])
            yield f"{base}.{node.module}" if node.module else base


def is_core(path: Path) -> bool:
    """hosts/podman whole, hosts/link without its supervising part."""
    name = path.as_posix()
    return name.startswith(CORES) and not name.startswith("hosts/link/supervise")


def level_of(parts: tuple[str, ...]) -> int | None:
    """Level of a room in hosts; link's supervising part writes the inventory, so stands on it."""
    if len(parts) < 2 or parts[0] != "hosts":
        return None
    if parts[1:3] == ("link", "supervise"):
        return LEVELS["jobs"]
    return LEVELS.get(parts[1].removesuffix(".py"))


def test_apps_import_downwards() -> None:
    breaks = [
        f"{path} imports {name}"
        for path in code(".py")
        if path.parts[0] in APPS
        for name in set(imports(path))
        if (top := name.split(".")[0]) in APPS and APPS.index(top) > APPS.index(path.parts[0])
    ]
    assert not breaks, "\n".join(breaks)


def test_rooms_of_hosts_import_downwards() -> None:
    breaks = []
    for path in code(".py"):
        own = level_of(path.parts)
        if own is None:
            continue
        for name in set(imports(path)):
            target = tuple(name.split("."))
            theirs = level_of(target)
            if (
                theirs is not None
                and target[1] != path.parts[1].removesuffix(".py")
                and theirs > own
            ):
                breaks.append(f"{path} imports {name}")
    assert not breaks, "\n".join(breaks)


def test_rooms_of_the_gate_import_downwards() -> None:
    breaks = [
        f"{path} imports {name}"
        for path in code(".py")
        if (own := gate_room(module_of(path)))
        for name in set(imports(path))
        if (theirs := gate_room(name)) and GATE.index(theirs) > GATE.index(own)
    ]
    assert not breaks, "\n".join(breaks)


def gate_room(name: str) -> str:
    """Of `hosts.gate.doors.ssh` "doors"; "" for what is no room of the gate."""
    room = name.removeprefix("hosts.gate.").split(".")[0]
    return room if name.startswith("hosts.gate.") and room in GATE else ""


def room_of(name: str) -> str:
    """Of `dashboard.pages.hosts.views` "hosts"; "" for what is no subject's."""
    parts = name.split(".")
    return parts[2] if len(parts) > 2 and parts[:2] == ["dashboard", "pages"] else ""


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def test_subjects_of_pages_import_what_they_share_and_never_one_another() -> None:
    breaks = [
        f"{path} imports {name}"
        for path in code(".py")
        if (own := room_of(module_of(path)))
        for name in set(imports(path))
        if room_of(name) not in ("", own)
    ]
    assert not breaks, "\n".join(breaks)


def test_what_pages_share_imports_no_page() -> None:
    shared = ("furniture", "live", "streams", "sockets", "api")
    breaks = [
        f"{path} imports {name}"
        for path in code(".py")
        if path.parts[0] == "dashboard" and path.parts[1] in shared
        for name in set(imports(path))
        if name.startswith("dashboard.pages")
    ]
    assert not breaks, "\n".join(breaks)


def at_top_and_within(path: Path) -> tuple[set[str], set[str]]:
    """What a file imports at its top, and what once one of its functions is called."""
    every = list(ast.walk(ast.parse((CHECKOUT / path).read_text())))
    functions = [one for one in every if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    within = {one for function in functions for one in ast.walk(function)}
    return set(named(set(every) - within, path)), set(named(within, path))


def test_no_import_within_a_function_dodges_a_circle() -> None:
    """One that would lead back to its own file, were it at the top."""
    files = {module_of(path): path for path in code(".py") if path.parts[0] in APPS}
    top: dict[str, set[str]] = {}
    late: dict[str, set[str]] = {}
    for module, path in files.items():
        top[module], late[module] = at_top_and_within(path)

    def reached(name: str) -> set[str]:
        found, left = {name}, [name]
        while left:
            more = top.get(left.pop(), set()) - found
            found |= more
            left += more
        return found

    breaks = [
        f"{files[module]} imports {name}"
        for module, names in late.items()
        for name in names & files.keys()
        if module in reached(name)
    ]
    assert not breaks, "\n".join(breaks)


def test_cores_know_no_django_and_no_settings() -> None:
    breaks = []
    for path in filter(is_core, code(".py")):
        for name in set(imports(path)):
            top = name.split(".")[0]
            ours = name.startswith(tuple(one.replace("/", ".") for one in CORES)) and (
                not name.startswith("hosts.link.supervise")
            )
            known = CORE_LIBRARIES | sys.stdlib_module_names
            if top not in known and name != "hosts" and not ours:
                breaks.append(f"{path} imports {name}")
    assert not breaks, "\n".join(breaks)


def test_domain_renders_no_pages() -> None:
    breaks = [
        f"{path} imports {name}"
        for path in code(".py")
        if path.parts[0] in ("hosts", "accounts", "audit")
        for name in set(imports(path))
        if name.startswith("django.shortcuts")
    ]
    assert not breaks, "\n".join(breaks)


@pytest.mark.parametrize("suffixes", [(".py",), (".js", ".mjs"), (".css",), (".html",)])
def test_no_file_is_too_long(suffixes: tuple[str, ...]) -> None:
    long = [
        f"{path}: {lines} lines"
        for path in code(*suffixes)
        if (lines := (CHECKOUT / path).read_text().count("\n")) > MAX_LINES
    ]
    assert not long, "\n".join(long)


def test_only_env_reads_the_environment() -> None:
    """Before Django (bootstrap, cli, supervisor) it is written; after that nobody looks. The command line
    for download runs elsewhere, without Django.
    """
    allowed = (
        "dashboard/env.py",
        "dashboard/bootstrap/",
        "dashboard/cli/",
        "dashboard/client/",
        "dashboard/supervisor/",
    )
    readers = [
        str(path)
        for path in code(".py")
        if path.parts[0] in APPS
        and not path.as_posix().startswith(allowed)
        and re.search(r"os\.environ(?!\.setdefault)|os\.getenv", (CHECKOUT / path).read_text())
    ]
    assert not readers, "\n".join(readers)


def test_no_catch_all_rooms() -> None:
    names = {"utils", "core", "common", "helpers", "misc"}
    found = [str(path) for path in code(".py") if names & {path.stem, *path.parts[:-1]}]
    assert not found, "\n".join(found)


def test_no_bare_except() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in code(".py")
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert not found, "\n".join(found)
