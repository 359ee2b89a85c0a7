"""One Haulout for all tests of faults that follow one another: a start takes as long as such a test.

It ends after the last test: its event streams would keep an idle Podman from ending. It also ends
after a test that failed, so that the next begins with a sound one.
"""

import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.bench.running import EMAIL, PASSWORD
from tests.lab.hosts import Lab
from tests.lab.hosts.registry import Registry
from tests.lab.troubled import Troubled
from tests.stack import Stack

_NAME = "haulout_to_break"


class HauloutToBreak:
    """`running(clocks)` starts it where none with such clocks runs; `end()` ends it where one does."""

    def __init__(self, start: Callable[[float], AbstractContextManager[Troubled]]) -> None:
        self._start = start
        self._ends = ExitStack()
        self._clocks: float | None = None
        self._troubled: Troubled | None = None

    def running(self, clocks: float) -> Troubled:
        if self._troubled is None or self._clocks != clocks:
            self.end()
            self._troubled = self._ends.enter_context(self._start(clocks))
            self._clocks = clocks
        return self._troubled

    def end(self) -> None:
        self._troubled = None
        self._ends.close()


@contextmanager
def _running(
    lab: Lab, registry: Registry, prepared_data: Callable[[Path], Path], clocks: float
) -> Iterator[Troubled]:
    """With both hosts of the lab, the registry's password and an administrator."""
    data = Path(tempfile.mkdtemp(prefix="haulout-fault-"))
    environ = {"HAULOUT_CRASH_AT": str(data / "crash-at"), "HAULOUT_CLOCKS": str(clocks)}
    stack = Stack(prepared_data(data), environ=environ)
    troubled = Troubled(stack)
    try:
        stack.manage("setup", "--admin-email", EMAIL, "--password-stdin", given=f"{PASSWORD}\n")
        with stack:
            try:
                for host in lab.hosts[:2]:
                    troubled.register(host)
                troubled.trust(registry)
                yield troubled
            finally:
                troubled.end()
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def haulout_to_break(
    lab: Lab, registry: Registry, prepared_data: Callable[[Path], Path]
) -> Iterator[HauloutToBreak]:
    one = HauloutToBreak(lambda clocks: _running(lab, registry, prepared_data, clocks))
    yield one
    one.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    if report.failed:
        _end(item)
    return report


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    if nextitem is None or _NAME not in getattr(nextitem, "fixturenames", ()):
        _end(item)


def _end(item: pytest.Item) -> None:
    if one := (getattr(item, "funcargs", None) or {}).get(_NAME):
        one.end()
