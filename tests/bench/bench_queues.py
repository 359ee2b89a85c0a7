"""`bench queues`: restarts one by one on a real host, alone and beside ten slow pulls on the same Podman.

Queues are served apart, so what a pull holds up is the Podman that both ask: its own client beside it.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.figures import CannotRun, Options, figure, quantile
from tests.bench.real_host import row_of
from tests.bench.running import Running, until
from tests.lab.hosts import Host, Lab, lab_for_tests, missing
from tests.stack import CHECKOUT

BENCH = "queues"
PULLS, RESTARTS = 10, 40
GOAL_RATIO = 1.5
Ask = Callable[[dict[str, Any]], Any]
QUICK = ("--stop-signal", "KILL", "localhost/busybox", "sleep", "1000000")


def run(options: Options) -> list[dict[str, Any]]:
    """Seconds from asking for a restart to its outcome."""
    del options  # one host, whatever the fleet
    if lacking := missing():
        raise CannotRun(lacking)
    with tempfile.TemporaryDirectory(prefix="haulout-bench-", dir="/var/tmp") as folder:
        with lab_for_tests(Path(folder) / "lab", hosts=1) as lab, Running() as haulout:
            return measure(lab, haulout)


def measure(lab: Lab, haulout: Running) -> list[dict[str, Any]]:
    """Both kinds of rounds, Podman's own client in each."""
    host = lab.hosts[0]
    assert lab.registry is not None
    quick = host.podman("run", "-d", "--name", "quick", *QUICK).strip()
    haulout.register([row_of(host)])
    haulout.start()
    haulout.wait_up(1, within_s=60)
    with asking(haulout) as ask:
        ask({"restart": quick, "count": 3})
        alone = rounds(ask, host, quick, lambda: None)
        pulls = Pulls(ask, haulout, host, f"{lab.registry.slow_address}/lab/layers:latest")
        beside = rounds(ask, host, quick, pulls.keep_on)
        pulls.end()
    return lines(alone, beside)


class Pulls:
    """Ten that were asked for and have not ended, whenever one looks."""

    def __init__(self, ask: Ask, haulout: Running, host: Host, reference: str) -> None:
        self.ask, self.haulout, self.host, self.reference = ask, haulout, host, reference
        self.jobs: list[int] = []

    def keep_on(self) -> None:
        """Wait until some run; once all have ended, the image goes and they are asked for again."""
        if not self.in_state("queued", "running"):
            self.host.podman("rmi", "-f", "-i", self.reference)
            self.jobs = self.ask({"pull": self.reference, "count": PULLS})["jobs"]
        until("pulls run", lambda: self.in_state("running") > 0, within_s=60)

    def end(self) -> None:
        self.ask({"cancel": self.jobs})

    def in_state(self, *states: str) -> int:
        jobs, wanted = ", ".join("?" * len(self.jobs)), ", ".join("?" * len(states))
        sql = f"SELECT count(*) FROM hosts_job WHERE id IN ({jobs}) AND state IN ({wanted})"
        return int(str(self.haulout.asked(sql, *self.jobs, *states)[0][0]))


def rounds(
    ask: Ask, host: Host, quick: str, before_each: Callable[[], None]
) -> dict[str, list[float]]:
    """Restarts by a job and by `podman restart` on the host, in turns, in seconds."""
    found: dict[str, list[float]] = {"job": [], "podman": []}
    for _ in range(RESTARTS):
        before_each()
        found["job"] += ask({"restart": quick, "count": 1})["took_s"]
        began = time.monotonic()
        host.podman("restart", quick)
        found["podman"].append(time.monotonic() - began)
    return found


def lines(alone: dict[str, list[float]], beside: dict[str, list[float]]) -> list[dict[str, Any]]:
    """p95 of each kind beside pulls, against the same without them."""
    found = {
        who: (quantile(beside[who], 0.95) * 1000, quantile(alone[who], 0.95) * 1000)
        for who in ("job", "podman")
    }
    ours, theirs = (pulls / quiet for pulls, quiet in found.values())
    words = {"job": "a restart by a job", "podman": "`podman restart` on the host itself"}
    return [
        figure(
            BENCH,
            f"{words[who]} beside {PULLS} pulls, p95 of {RESTARTS}",
            pulls,
            "ms",
            baseline=quiet,
            baseline_name="the same without pulls",
            goal=f"ratio ≤ {GOAL_RATIO} × that of Podman itself" if who == "job" else "(no goal)",
            holds=who == "podman" or ours <= GOAL_RATIO * theirs,
        )
        for who, (pulls, quiet) in found.items()
    ]


@contextmanager
def asking(haulout: Running) -> Iterator[Ask]:
    """`ask(order)`: an order to queues_work, and its answer."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.queues_work"],
        cwd=CHECKOUT,
        env=haulout.child_environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:

        def ask(order: dict[str, Any]) -> Any:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(json.dumps(order) + "\n")
            child.stdin.flush()
            if not (answer := child.stdout.readline()):
                raise CannotRun("an order was not carried out; see above")
            return json.loads(answer)

        try:
            yield ask
        finally:
            assert child.stdin is not None
            child.stdin.close()
