"""The order of tests, and how pytest-xdist shares them out: whole files; tests of faults one by one."""

from typing import Any

import pytest

FAULTS = "faults of hosts"


def group_of(nodeid: str) -> str:
    """Tests of one group run in one process, one after the other."""
    file = nodeid.split("::", 1)[0]
    # they look at when something is noticed, so two of them at once would disturb each other
    return FAULTS if file.startswith("tests/lab/") and "fault" in file else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Ours wherever whole files were asked for (`--dist loadfile`)."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler.loadfile import LoadFileScheduling

    class Groups(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    # in our order, and not the file with the most tests first
    config.option.loadscopereorder = False
    return Groups(config, log)


@pytest.hookimpl(trylast=True)  # pytest-django puts tests in an order of its own before
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put them in our order."""
    shared_out = hasattr(config, "workerinput")
    # the longest group before the short files of its tier, so that no process ends long after
    items.sort(
        key=lambda item: (_place(item, shared_out=shared_out), group_of(item.nodeid) != FAULTS)
    )


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
