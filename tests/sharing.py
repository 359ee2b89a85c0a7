"""The order of tests, and how pytest-xdist shares them out: whole files; tests of faults in groups."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from typing import Any

import pytest

# Chromium with its Haulout keeps a core busy; more of them at once run out of their times. So many
# processes take tests with a browser, since each starts hosts and a Haulout for all of its own
BROWSERS_AT_ONCE = os.cpu_count() or 1

# of a whole Haulout, which they share; the second for those that wait minutes for its chores
FAULTS, LONG_FAULTS = "faults of Haulout", "faults of Haulout that last"
FAULTS_OF_HOSTS = "faults of hosts"
_LONG = ("build", "outage", "upload")
_LONG_WITH_BROWSER = (
    "tests/browser/test_every_page.py",
    "tests/lab/test_compose_up.py",
    "tests/browser/test_hostile.py",
    "tests/browser/test_passkeys.py",
    "tests/browser/test_rotate_keys.py",
    "tests/browser/test_terminal.py",
)


def group_of(nodeid: str) -> str:
    """Tests of one group run in one process, one after the other."""
    file = nodeid.split("::", 1)[0]
    if not file.startswith("tests/lab/") or "fault" not in file:
        return file
    if "/test_faults_" not in file:
        return FAULTS_OF_HOSTS
    return LONG_FAULTS if any(word in file for word in _LONG) else FAULTS


def in_browser(group: str) -> bool:
    """Whether the tests of this group drive a browser."""
    return group.startswith("tests/browser/") or group in _LONG_WITH_BROWSER


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Ours wherever whole files were asked for (`--dist loadfile`)."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler.loadfile import LoadFileScheduling  # type: ignore[import-untyped]

    class Groups(LoadFileScheduling):
        def __init__(self, config: pytest.Config, log: Any) -> None:
            super().__init__(config, log)
            self.with_browser: set[Any] = set()

        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

        def _assign_work_unit(self, node: Any) -> None:
            if in_browser(next(iter(self.workqueue))):
                self.with_browser.add(node)
            super()._assign_work_unit(node)

        def _reschedule(self, node: Any) -> None:
            if self._has_enough(node):
                # it ends what it has, and its hosts go
                node.shutdown()
            else:
                super()._reschedule(node)

        def _has_enough(self, node: Any) -> bool:
            """True where only tests with a browser are left, and enough others take those."""
            if node.shutting_down or not self.workqueue or node in self.with_browser:
                return False
            if self._pending_of(self.assigned_work[node]) > 2:
                return False
            others = self.with_browser.intersection(self.nodes)
            return len(others) >= BROWSERS_AT_ONCE and all(map(in_browser, self.workqueue))

    # in our order, and not the file with the most tests first
    config.option.loadscopereorder = False
    return Groups(config, log)


@pytest.hookimpl(trylast=True)  # pytest-django puts tests in an order of its own before
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put them in our order."""
    shared_out = hasattr(config, "workerinput")
    # the longest groups before the short files of their tier, so that no process ends long after
    first = (FAULTS, LONG_FAULTS, FAULTS_OF_HOSTS, *_LONG_WITH_BROWSER)

    def place(item: pytest.Item) -> tuple[int, int, bool]:
        group = group_of(item.nodeid)
        in_tier = first.index(group) if group in first else len(first)
        # those that share a Haulout with full clocks after those with short ones
        return _place(item, shared_out=shared_out), in_tier, "clocks=1.0" in item.nodeid

    items.sort(key=place)


def _place(item: pytest.Item, *, shared_out: bool) -> int:
    """Fast tests first. Not where they are shared out to processes: then the lab's, which wait for hosts
    while those on PostgreSQL compute beside them. The browser's last in each case, since its driver
    keeps an event loop of its own.
    """
    if item.get_closest_marker("browser"):
        return 3
    if item.get_closest_marker("lab"):
        return 0 if shared_out else 2
    return 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    """Let only as many tests with a browser run at once as there are cores."""
    workers = getattr(item.config, "workerinput", None)
    if workers is None or item.get_closest_marker("browser") is None:
        return (yield)
    with closing(_browser_place(workers["testrunuid"])):
        return (yield)


def _browser_place(run: str) -> socket.socket:
    """Waits for one of the places of this run. A name in Linux' abstract namespace has one owner, and is
    free when that one closes it or ends.
    """
    place = socket.socket(socket.AF_UNIX)
    for number in cycle(range(BROWSERS_AT_ONCE)):
        try:
            place.bind(f"\0haulout-tests-{run}-{number}")
        except OSError:
            time.sleep(0.05)
        else:
            break
    return place
