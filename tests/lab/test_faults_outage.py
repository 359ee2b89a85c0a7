"""A host that is away for minutes in the middle of a swap: nothing is left beside the old one afterwards."""

import time
from typing import Any

import pytest

from tests.lab.swap_cast import IMAGE, QUICK, inspect, names, order_of
from tests.lab.troubled import LONG_S, Troubled, broken_stack, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = [pytest.mark.timeout(480), pytest.mark.more]
# longer than a try waits for its host (hosts.jobs.carry.SETTLE_FOR_S)
AWAY_S = 95.0


def test_cable_out_in_mid_recreate(troubled: Troubled, lab: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    troubled.container(host, "--name", "shop", *QUICK, IMAGE, "sleep", "1000")
    old = inspect(host, "shop")
    before = troubled.last_entry()
    job = troubled.ask(
        "recreate_container",
        [endpoint, old["Id"]],
        params=order_of(old, hostname="new"),
        env={},
        watch_s=30,
    )["job"]
    aside = f"shop-haulout-old-{job}"
    until("the old one is set aside", lambda: aside in names(host), timeout_s=LONG_S)
    host.network_down()
    cut = time.monotonic()
    lost = troubled.ended(job, within_s=AWAY_S + 60)
    assert lost["state"] == "unknown", lost
    assert aside in names(host)
    until("it was away long enough", lambda: time.monotonic() - cut > AWAY_S, timeout_s=AWAY_S)

    host.network_up()
    until(
        "what became of it is known",
        lambda: "resolved" in troubled.job(job)["result"],
        timeout_s=150,
    )
    assert troubled.job(job)["result"]["resolved"] == "again"
    assert names(host) == ["shop"]
    now = inspect(host, "shop")
    assert (now["Id"], now["State"]["Running"]) == (old["Id"], True)
    assert troubled.verbs(before, "outcome") == {("container.recreate", "unknown"): 1}
    assert troubled.verbs(before, "resolution") == {("container.recreate", "failed"): 1}
    troubled.hold(host)
