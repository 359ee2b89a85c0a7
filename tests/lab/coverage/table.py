"""docs/coverage.md as rows, and what is wrong with its form."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.lab.coverage.routes import every_call

CHECKOUT = Path(__file__).resolve().parents[3]
DOCUMENT = CHECKOUT / "docs" / "coverage.md"
OTHER_KINDS = ("alias of ", "local only", "superseded by ", "not for people: ", "not yet: ")
_ROW = re.compile(r"\| (?P<call>[A-Z]+ /\S*) \| (?P<says>.+) \|")
_USED = re.compile(r"used: (?P<function>[A-Za-z_.]+), (?P<test>tests/\S+\.py)")


@dataclass(frozen=True, slots=True)
class Row:
    """One call. `function` is dotted, `test` a path in the checkout; both "" where it is unused."""

    call: str
    says: str
    function: str = ""
    test: str = ""

    @property
    def used(self) -> bool:
        return bool(self.function)


def read(text: str) -> list[Row]:
    """The rows in their order, those of calls outside libpod's API too."""
    rows = []
    for line in text.splitlines():
        if found := _ROW.fullmatch(line):
            used = _USED.fullmatch(found["says"])
            named = (used["function"], used["test"]) if used else ("", "")
            rows.append(Row(found["call"], found["says"], *named))
    return rows


def faults(rows: list[Row]) -> list[str]:
    """What is wrong with them, as sentences: rows missing or double, names that lead nowhere."""
    calls = [row.call for row in rows]
    found = [f"no row for {call}" for call in every_call() if call not in calls]
    found += [f"two rows for {call}" for call in sorted(set(calls)) if calls.count(call) > 1]
    for row in rows:
        found += [f"{row.call}: {words}" for words in _faults_of(row, calls)]
    return found


def _faults_of(row: Row, calls: list[str]) -> list[str]:
    if not row.used:
        found = [] if row.says.startswith(OTHER_KINDS) else [f"says {row.says!r}"]
        other = re.match(r"(?:alias of|superseded by) `([A-Z]+ /\S*)`", row.says)
        if other and other[1] not in calls:
            found.append(f"points at {other[1]}, which has no row")
        return found
    module, _, name = row.function.rpartition(".")
    file = CHECKOUT / f"{module.replace('.', '/')}.py"
    found = []
    if name not in _functions(file):
        found.append(f"there is no {row.function}")
    if not any(one.startswith("test_") for one in _functions(CHECKOUT / row.test)):
        found.append(f"there is no test in {row.test}")
    return found


@cache
def _functions(file: Path) -> frozenset[str]:
    """The names of a file's functions; none where it is not there."""
    if not file.is_file():
        return frozenset()
    body = ast.walk(ast.parse(file.read_text()))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(one.name for one in body if isinstance(one, kinds))
