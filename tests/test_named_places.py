"""What CONTRIBUTING.md and the page of one click name is there: files, and names within them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("CONTRIBUTING.md", "SECURITY.md", "docs/one-click.md")
# `folder/file.py` or `folder/file.py:Name.method`
NAMED = re.compile(
    r"`((?:[\w.-]+/)*[\w-]+\.(?:py|js|html|txt|md|in)|[\w-]+/[\w/-]+/)(?::([\w.]+))?`"
)
OWN = ("dashboard", "hosts", "accounts", "audit", "templates")


def named(document: str) -> Iterator[tuple[str, str]]:
    """(file or folder, name in it or "") of everything that a document names."""
    yield from NAMED.findall((CHECKOUT / document).read_text())


def defined(path: Path) -> set[str]:
    """What a module defines at its top, and `Class.method`."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}" for one in node.body if hasattr(one, "name")}
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found |= {one.id for one in targets if isinstance(one, ast.Name)}
    return found


def faults(document: str) -> list[str]:
    wrong = []
    for path, name in named(document):
        place = CHECKOUT / path
        if not place.exists():
            wrong.append(f"{document}: there is no {path}")
        elif name and name not in defined(place):
            wrong.append(f"{document}: {path} has no {name}")
    return wrong


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_names_is_there(document: str) -> None:
    assert list(named(document))
    assert faults(document) == []


def test_tells_what_is_not(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("`hosts/dial.py:dial`, `hosts/seal.py`, `hosts/dial.py:seal`, `hosts/jobs/`")
    assert faults(str(page)) == [
        f"{page}: there is no hosts/seal.py",
        f"{page}: hosts/dial.py has no seal",
    ]


def test_the_example_of_a_verb_is_whole() -> None:
    """Whoever walks the table finds `network.update` in each place, and in no other."""
    text = (CHECKOUT / "CONTRIBUTING.md").read_text()
    table = text.partition("## Add a verb")[2].partition("The card is found")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if re.match(r"\| \d+\.", line)]
    listed = {path for row in rows for path, _name in NAMED.findall(row)}
    says = re.compile(r"network\.update\b|\bupdate_network\b")
    there = {
        str(path.relative_to(CHECKOUT))
        for room in OWN
        for path in (CHECKOUT / room).rglob("*")
        if path.suffix in (".py", ".html") and says.search(path.read_text())
    }
    # the call that the client is named for, and a test that asks for it
    assert there | {"hosts/podman/networks.py", "tests/lab/test_objects.py"} == listed
