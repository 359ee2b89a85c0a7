"""The cable pulled in the middle of a restart (R6): the outcome is what the host did."""

from typing import Any

import pytest

from tests.lab.troubled import LONG_S, Troubled, broken_stack, events_of, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = [pytest.mark.timeout(300), pytest.mark.more]
# heeds no SIGTERM, but tells of it: the restart takes eight seconds
DEAF = ("--stop-timeout", "8", "localhost/busybox", "sh", "-c")
TRAP = "trap 'echo told to end' TERM; while :; do sleep 0.2; done"


def started_at(host: Any, container: str) -> str:
    found: str = host.podman(
        "inspect", container, "--format", "{{.State.StartedAt}} {{.State.Pid}}"
    )
    return found.strip()


def test_network_cut_during_a_restart(troubled: Troubled, lab: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    container = troubled.container(host, "--name", "deaf", *DEAF, TRAP)
    first = started_at(host, container)
    # read as a file: Podman itself holds the container's lock while it ends
    log = host.podman("inspect", container, "--format", "{{.HostConfig.LogConfig.Path}}").strip()
    before = troubled.last_entry()
    job = troubled.ask("restart_container", [endpoint, container])["job"]
    until("the restart is sent", lambda: troubled.job(job)["step"] == "act", timeout_s=60)
    until("it is told to end", lambda: "told to end" in host.run("cat", log), timeout_s=20)

    host.network_down()
    until("the host has restarted it", lambda: started_at(host, container) != first, timeout_s=60)
    until("the cut is seen", lambda: not troubled.up(host), timeout_s=60)
    assert troubled.job(job)["state"] == "running"
    host.network_up()

    troubled.ended_ok(job, within_s=LONG_S)
    second = started_at(host, container)
    assert second != first
    assert troubled.verbs(before, "intent") == {("container.restart", ""): 1}
    assert troubled.verbs(before, "outcome") == {("container.restart", "ok"): 1}
    troubled.hold(host)
    # once, not once more
    assert started_at(host, container) == second
    assert events_of(host, container, "start") == 2
