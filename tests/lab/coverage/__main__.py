"""`python -m tests.lab.coverage FOLDER [--all]`: the document against what a whole run has sent."""

import os
import sys
from collections import defaultdict
from collections.abc import Mapping, Set
from pathlib import Path

from tests.lab.coverage import table
from tests.lab.coverage.routes import calls_of, every_call

# call: the files of the tests that sent it
Sent = Mapping[str, Set[str]]


def read(folder: Path) -> dict[str, Sent]:
    """What `recording` wrote, by version of Podman."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file in folder.glob("*.calls"):
        for line in file.read_text().splitlines():
            version, call, test = line.split("\t")
            found[version][call].add(test)
    return dict(found)


def faults(rows: list[table.Row], sent: Mapping[str, Sent], versions: list[str]) -> list[str]:
    """Where the rows and the run differ: `versions` are those that must have had every call."""
    found = []
    senders: dict[str, set[str]] = defaultdict(set)
    for calls in sent.values():
        for call, tests in calls.items():
            senders[call] |= tests
    for row in rows:
        if not row.used:
            if tests := senders.pop(row.call, set()):
                found.append(f"{row.call} was sent by {_names(tests)}, but is not called used")
            continue
        there = [one for one in versions if row.call in calls_of(one) | _outside(row)]
        unsent = [one for one in there if row.call not in sent.get(one, {})]
        found += [f"{row.call} is called used, but no Podman {one} was sent it" for one in unsent]
        tests = senders.pop(row.call, set())
        if there and tests and row.test not in tests:
            found.append(f"{row.call} was not sent by {row.test}, but by {_names(tests)}")
    found += [f"{call} has no row, but was sent by {_names(senders[call])}" for call in senders]
    return found


def _outside(row: table.Row) -> frozenset[str]:
    """Docker's half of the API is on every Podman."""
    return frozenset() if row.call in every_call() else frozenset({row.call})


def _names(tests: Set[str]) -> str:
    return ", ".join(sorted(tests))


def main(folder: str, *words: str) -> int:
    """0 where they agree, else 1. A Podman that was not there is an error where CI=true."""
    sent = read(Path(folder))
    versions = ["5.4", "5.8"] if "--all" in words else ["5.4"]
    absent = [version for version in versions if version not in sent]
    found = []
    for version in absent:
        print(f"docs/coverage.md: no test had a host with Podman {version}; not compared with it")
        found += [f"there was no Podman {version}"] if os.environ.get("CI") == "true" else []
    rows = table.read(table.DOCUMENT.read_text())
    found += faults(rows, sent, [one for one in versions if one in sent])
    for words_of_it in found:
        print(f"docs/coverage.md: {words_of_it}")
    if not found:
        calls = sum(len(one) for one in sent.values())
        print(f"docs/coverage.md agrees with what was sent ({calls} calls to {len(sent)} Podmans)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
