"""docs/configuration.md and docs/operating.md say what the code reads and offers, no more, no less."""

import argparse
import ast
import re
from pathlib import Path

from dashboard import env
from dashboard.cli import up_options

CHECKOUT = Path(__file__).resolve().parent.parent
CONFIGURATION = (CHECKOUT / "docs" / "configuration.md").read_text()
OPERATING = (CHECKOUT / "docs" / "operating.md").read_text()
CLIENT = CHECKOUT / "dashboard" / "client"
OWN = ("manage.py", "dashboard", "hosts", "accounts", "audit")
_ROW = re.compile(r"^\| `(--[a-z-]+|[A-Z][A-Z_]+)[^`]*` \|([^|]*)\|", re.MULTILINE)


def section(title: str) -> dict[str, str]:
    """First column (a name) to second column of the tables under a heading of the document."""
    _before, found, rest = CONFIGURATION.partition(f"\n## {title}\n")
    assert found, title
    return {name: cell.strip() for name, cell in _ROW.findall(rest.partition("\n## ")[0])}


def files(*roots: str) -> list[Path]:
    paths = [CHECKOUT / root for root in roots]
    return [p for path in paths for p in ([path] if path.is_file() else path.rglob("*.py"))]


def read_by(path: Path) -> set[str]:
    """Names that a file asks an environment for: environ.get("X"), environ["X"], _words(environ, "X")."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            place, names = node.value, [node.slice]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr != "get":
                continue
            place, names = node.func.value, node.args[:1]
        elif isinstance(node, ast.Call) and len(node.args) > 1:
            place, names = node.args[0], node.args[1:2]
        else:
            continue
        if ast.unparse(place) not in ("environ", "os.environ"):
            continue
        found |= {
            n.value for n in names if isinstance(n, ast.Constant) and isinstance(n.value, str)
        }
    return found


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    told = set(section("Settings")) | set(section("Set by Haulout itself"))
    told |= set(section("Read from the system"))
    ours = {path for path in files(*OWN) if not path.is_relative_to(CLIENT)}
    assert set().union(*(read_by(path) for path in ours)) == told


def test_variables_of_the_command_line() -> None:
    """It runs elsewhere, and has a document of its own."""
    read = set().union(*(read_by(path) for path in CLIENT.glob("*.py"))) - {"XDG_CONFIG_HOME"}
    assert read == set(re.findall(r"HAULOUT_[A-Z]+", (CHECKOUT / "docs" / "cli.md").read_text()))


def test_variables_of_the_tests() -> None:
    read = set().union(*(read_by(path) for path in files("tests")))
    ours = {name for name in read if name.startswith("HAULOUT_")}
    known = set(section("Settings")) | set(section("Set by Haulout itself"))
    assert ours - known == set(section("For the tests")) - known


def test_defaults_are_those_of_the_code() -> None:
    """With nothing set but where the folders are, which the document calls DATA and RUN."""
    found = env.read({"HAULOUT_DATA": "/DATA", "HAULOUT_RUN": "/RUN"})
    shown = {
        "HAULOUT_URL": found.url,
        "HAULOUT_BIND": found.bind,
        "HAULOUT_PORT": str(found.port),
        "HAULOUT_GATE_PORT": str(found.gate_port),
        "HAULOUT_GATE_HTTP_PORT": str(found.gate_http_port),
        "DATABASE_URL": found.database_url,
        "REDIS_URL": found.redis_url,
        "HAULOUT_VAULT_KEY_FILE": str(found.vault_key_file),
        "HAULOUT_TRUSTED_PROXIES": " ".join(found.trusted_proxies),
        "HAULOUT_ALLOWED_HOSTS": " ".join(found.allowed_hosts),
        "HAULOUT_AUDIT_FILE": found.audit_file,
        "HAULOUT_OIDC_FILE": str(found.oidc_file),
        "HAULOUT_TERMINAL_GRACE_S": f"{found.terminal_grace_s:g}",
        "HAULOUT_SESSION_IDLE_HOURS": str(found.session_idle_hours),
        "HAULOUT_SESSION_DAYS": str(found.session_days),
        "HAULOUT_UPLOAD_MIB": str(found.upload_mib),
        "HAULOUT_CONNECTIONS_PER_ADDRESS": str(found.connections_per_address),
        "HAULOUT_ALLOW_LOOPBACK_HOSTS": "1" if found.allow_private_services else "0",
    }
    told = section("Settings")
    folders = {"HAULOUT_DATA": "`var` in the checkout", "HAULOUT_RUN": told["HAULOUT_RUN"]}
    assert env.read({"HAULOUT_RUN": "/RUN"}).data == CHECKOUT / "var"
    wanted = {
        name: f"`{value}`".replace("/DATA/", "DATA/").replace("/RUN/", "RUN/") if value else "–"
        for name, value in shown.items()
    }
    assert told == {**folders, **wanted}


def test_options_of_up() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    up_options.add_options(parser)
    offered = {word for action in parser._actions for word in action.option_strings}
    assert set(section("Options of `up`")) == {*offered, "--data"}


def test_every_command_is_named() -> None:
    folder = CHECKOUT / "dashboard" / "management" / "commands"
    there = {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}
    assert set(re.findall(r"^\| `([a-z]+)[^`]*` \|", OPERATING, re.MULTILINE)) == there


def test_links_between_documents_lead_somewhere() -> None:
    documents = [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")]
    broken = [
        f"{document.name}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text())
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert broken == []
