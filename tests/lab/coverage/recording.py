"""A pytest plugin: after each test, which calls Podman has written down since, and the test's file.

Idle unless HAULOUT_TEST_CALLS names a folder; each process writes a file of its own there.
"""

import os
import re
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.lab.coverage.routes import call_of
from tests.lab.hosts import Lab

_OURS = re.compile(r'"(?P<method>[A-Z]+) (?P<target>\S+) HTTP/1\.[01]" \d+ \d+ "[^"]*" "Haulout"$')


class _Logs:
    """The Podman logs of this process's labs, each read as far as it was complete.

    `file`: the running test's.
    """

    def __init__(self) -> None:
        self.file = ""
        self._labs: list[Lab] = []
        self._read_bytes: dict[Path, int] = {}

    @contextmanager
    def followed(self, lab: Lab) -> Iterator[None]:
        self._labs.append(lab)
        try:
            yield
        finally:
            _take()
            self._labs.remove(lab)

    def new_calls(self) -> Iterator[tuple[str, str]]:
        """(Podman's version such as "5.4", call) of Haulout's own requests since the last time."""
        for lab in self._labs:
            for host in lab.hosts:
                version = ".".join(host.podman_version.split(".")[:2])
                for log in (host.folder / "var/log").glob("podman*.log"):
                    for line in self._new_lines(log):
                        found = _OURS.search(line)
                        call = call_of(found["method"], found["target"]) if found else None
                        if call is not None:
                            yield version, call

    def _new_lines(self, log: Path) -> list[str]:
        with log.open("rb") as source:
            source.seek(self._read_bytes.get(log, 0))
            whole, end, _begun = source.read().rpartition(b"\n")
        self._read_bytes[log] = self._read_bytes.get(log, 0) + len(whole + end)
        return whole.decode(errors="replace").splitlines()


_logs = _Logs()
_written: set[str] = set()


def followed(lab: Lab) -> AbstractContextManager[None]:
    """What hosts of this lab are sent until the block ends is written down."""
    return _logs.followed(lab)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    # Podman writes a call down when it has ended: the last one of a test may come a moment late
    _take()
    _logs.file = item.nodeid.partition("::")[0]
    result = yield
    _take()
    return result


def _take() -> None:
    folder = os.environ.get("HAULOUT_TEST_CALLS")
    if not folder:
        return
    lines = {f"{version}\t{call}\t{_logs.file}\n" for version, call in _logs.new_calls()}
    with (Path(folder) / f"{os.getpid()}.calls").open("a") as target:
        target.writelines(sorted(lines - _written))
    _written.update(lines)
