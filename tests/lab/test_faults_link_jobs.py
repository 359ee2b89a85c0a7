"""The link killed in the middle of jobs: what was not sent waits for it, and no half of one stays."""

from typing import Any

import pytest

from tests.lab.swap_cast import IMAGE, QUICK, inspect, names, order_of
from tests.lab.troubled import LONG_S, Troubled, broken_stack, events_of, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = pytest.mark.timeout(240)
MANY = 40


def test_link_killed_in_mid_bulk(troubled: Troubled, lab: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    made = [
        host.podman("run", "-d", "--name", f"bulk-{n}", *QUICK, IMAGE, "sleep", "1000").strip()
        for n in range(MANY)
    ]
    for one in made:
        troubled.seen(one)
    before = troubled.last_entry()
    jobs = [troubled.ask("restart_container", [endpoint, one])["job"] for one in made]
    until(
        "some are done",
        lambda: sum(troubled.job(one)["state"] == "ok" for one in jobs) >= 3,
        timeout_s=LONG_S,
    )
    link = troubled.process("link")
    assert any(troubled.job(one)["state"] in ("queued", "running") for one in jobs)
    link.kill()
    troubled.ended_ok(*jobs)
    assert troubled.process("link").pid != link.pid
    assert troubled.verbs(before, "outcome") == {("container.restart", "ok"): MANY}
    for one in made:
        assert events_of(host, one, "start") == 2
    troubled.hold(host)


def test_link_killed_in_mid_recreate(troubled: Troubled, lab: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    troubled.container(host, "--name", "shop", *QUICK, IMAGE, "sleep", "1000")
    old = inspect(host, "shop")
    asked = troubled.ask(
        "recreate_container",
        [endpoint, old["Id"]],
        params=order_of(old, hostname="new"),
        env={},
        watch_s=5,
    )
    aside = f"shop-haulout-old-{asked['job']}"
    until("the old one is set aside", lambda: aside in names(host), timeout_s=LONG_S)
    troubled.process("link").kill()
    troubled.ended_ok(asked["job"])
    assert names(host) == ["shop"]
    new = inspect(host, "shop")
    assert (new["State"]["Running"], new["Config"]["Hostname"]) == (True, "new")
    troubled.hold(host)
