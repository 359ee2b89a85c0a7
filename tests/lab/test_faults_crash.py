"""A worker ends at a named step of its jobs, each queue's in turn: one effect and one outcome each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.lab.test_faults_redis import stopped
from tests.lab.troubled import Troubled, broken_stack, events_of, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = [pytest.mark.timeout(300), pytest.mark.more]
STEPS = ("before-send", "after-send", "after-reply", "before-outcome")
# heeds no SIGTERM: ending it takes three seconds, so that a crash can come meanwhile
DEAF = ("--stop-timeout", "3", "localhost/busybox")
TRAP = ("sh", "-c", "trap '' TERM; while :; do sleep 0.2; done")


@contextmanager
def ends_at(troubled: Troubled, queue: str, order: Path, words: str) -> Iterator[None]:
    """The worker of `queue` ends as `words` say, in the jobs that are asked for in the block."""
    worker = troubled.worker(queue)
    with stopped(worker):
        order.write_text(words)
        yield
    until(f"the worker of {queue} ends at {words}", lambda: not worker.alive, timeout_s=60)
    assert not order.exists()


@pytest.mark.parametrize("step", STEPS)
def test_worker_ends_at(step: str, troubled: Troubled, lab: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    to_stop = troubled.container(host, "--name", f"stop-{step}", *DEAF, *TRAP)
    to_remove = troubled.container(host, "--name", f"remove-{step}", *DEAF, *TRAP)
    before = troubled.last_entry()
    order = Path(troubled.stack.environ["HAULOUT_CRASH_AT"])
    params = {
        "image": "localhost/busybox:latest",
        "name": f"run-{step}",
        "command": ["sleep", "1000"],
    }
    with ends_at(troubled, "long", order, f"{step} 1"):
        run = troubled.ask("run_container", endpoint, params=params, env={"TIDE": "high"})["job"]
    assert troubled.job(run)["state"] == "running"
    with ends_at(troubled, "short", order, f"{step} 2"):
        jobs = [
            run,
            troubled.ask("stop_container", [endpoint, to_stop])["job"],
            troubled.ask("remove_container", [endpoint, to_remove], force=True)["job"],
        ]
    assert [troubled.job(job)["state"] for job in jobs[1:]] == ["running"] * 2

    troubled.ended_ok(*jobs)
    assert [troubled.job(job)["lost_workers"] for job in jobs] == [1, 1, 1]
    verbs = ("container.run", "container.stop", "container.remove")
    assert troubled.verbs(before, "intent") == {(verb, ""): 1 for verb in verbs}
    assert troubled.verbs(before, "outcome") == {(verb, "ok"): 1 for verb in verbs}
    # one effect each, by the host's own account
    [made] = host.podman("ps", "-aq", "--no-trunc", "--filter", f"name=run-{step}").split()
    assert troubled.job(jobs[0])["result"]["id"] == made
    assert events_of(host, made, "create") == events_of(host, made, "start") == 1
    assert host.podman("inspect", to_stop, "--format", "{{.State.Running}}").strip() == "false"
    assert events_of(host, to_stop, "died") == 1
    assert host.podman("ps", "-aq", "--filter", f"name=remove-{step}") == ""
    troubled.hold(host)
