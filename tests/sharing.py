"""How pytest-xdist shares the tests out: whole files, in our order; tests of faults one by one."""

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


def groups_first(items: list[pytest.Item]) -> None:
    """The longest group before the short files of its tier, so that no process ends long after."""
    items.sort(key=lambda item: group_of(item.nodeid) != FAULTS)
