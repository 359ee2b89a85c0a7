"""How whole files of tests are shared out to processes, and which of these take those with a browser."""

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest

from tests import sharing

FAST = [f"tests/hosts/test_{n}.py::test_{m}" for n in range(9) for m in range(3)]
BROWSER = [f"tests/browser/test_{n}.py::test_{m}" for n in range(8) for m in range(3)]
COMPOSE = ["tests/lab/test_compose_up.py::test_a_first_hour"]


class Process:
    """Runs a test when it knows what comes after it, as xdist's own do."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.waiting: deque[int] = deque()
        self.ran: list[int] = []
        self.shutting_down = False

    def shutdown(self) -> None:
        self.shutting_down = True

    def send_runtest_some(self, numbers: list[int]) -> None:
        assert not self.shutting_down
        self.waiting.extend(numbers)


def shared_out(tests: list[str], processes: int) -> dict[str, list[str]]:
    """Which tests each process has run at the end."""
    option = SimpleNamespace(loadscopereorder=True, dist="loadfile", tx=[f"{processes}*popen"])
    config: Any = SimpleNamespace(option=option, getvalue=option.__dict__.get, rootpath=None)
    config.getoption = config.getvalue
    scheduler = sharing.pytest_xdist_make_scheduler(config, None)
    nodes = [Process(f"gw{number}") for number in range(processes)]
    for node in nodes:
        scheduler.add_node(node)
        scheduler.add_node_collection(node, tests)
    scheduler.schedule()
    while any(len(node.waiting) >= (1 if node.shutting_down else 2) for node in nodes):
        for node in nodes:
            if len(node.waiting) >= (1 if node.shutting_down else 2):
                node.ran.append(node.waiting.popleft())
                scheduler.mark_test_complete(node, node.ran[-1])
    assert all(node.shutting_down for node in nodes)
    return {node.gateway.id: [tests[number] for number in node.ran] for node in nodes}


def with_browser(ran: dict[str, list[str]]) -> int:
    """Of so many processes."""
    return sum(any(sharing.in_browser(sharing.group_of(one)) for one in ran[name]) for name in ran)


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "BROWSERS_AT_ONCE", 2)


def test_as_many_processes_take_those_with_a_browser_as_may_run_at_once() -> None:
    tests = [*FAST, *COMPOSE, *BROWSER]
    ran = shared_out(tests, 4)
    assert sorted(one for some in ran.values() for one in some) == sorted(tests)
    assert with_browser(ran) == 2
    assert all(any(one in FAST for one in some) for some in ran.values())


@pytest.mark.parametrize("tests", [FAST, BROWSER, [*COMPOSE, *FAST]])
@pytest.mark.parametrize("processes", [1, 2, 4])
def test_whatever_is_selected_each_is_run_once(tests: list[str], processes: int) -> None:
    ran = shared_out(tests, processes)
    assert sorted(one for some in ran.values() for one in some) == sorted(tests)
