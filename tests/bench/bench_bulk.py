"""`bench bulk`: restarts of a whole simulated fleet. Audited actions a second with 50 to a Celery
task, beside one to a task and beside `podman --remote` by xargs.
"""

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.figures import CannotRun, Options, figure
from tests.bench.fleet.process import FleetProcess
from tests.bench.running import Running
from tests.stack import CHECKOUT

BENCH = "bulk"
# of each: restarts of a bulk are then as many as the goal's 1,000
ACTIONS, ROUNDS = 1000, 3
GROUPED, SINGLE = 50, 1
GOAL_PER_S = 200
AT_ONCE = 8


def run(options: Options) -> list[dict[str, Any]]:
    """Actions a second: ours, one to a task, xargs; in turns."""
    each = max(1, ACTIONS // options.hosts)
    with FleetProcess(hosts=options.hosts, containers=each) as fleet, Running() as haulout:
        haulout.register(fleet.rows)
        haulout.start()
        haulout.wait_up(options.hosts, within_s=180)
        with asking(haulout) as ask:
            ask(GROUPED)
            ask(SINGLE)
            rates: dict[str, list[float]] = {"grouped": [], "single": [], "xargs": []}
            for _ in range(ROUNDS):
                rates["grouped"].append(ask(GROUPED))
                rates["single"].append(ask(SINGLE))
                if found := by_xargs(haulout):
                    rates["xargs"].append(found)
    return lines(rates, f"{options.hosts} hosts × {each}")


def lines(rates: dict[str, list[float]], fleet: str) -> list[dict[str, Any]]:
    """Ours beside each of the others; the median of the rounds."""
    middle = {name: statistics.median(found) for name, found in rates.items() if found}
    names = {
        "single": "one action to a Celery task",
        "xargs": f"podman --remote, xargs -P {AT_ONCE}",
    }
    return [
        figure(
            BENCH,
            f"audited restarts a second in a bulk over {fleet}, median of {ROUNDS}",
            middle["grouped"],
            "/s",
            baseline=middle[name],
            baseline_name=words,
            goal=f"≥ {GOAL_PER_S}/s",
            holds=middle["grouped"] >= GOAL_PER_S,
        )
        for name, words in names.items()
        if name in middle
    ]


@contextmanager
def asking(haulout: Running) -> Iterator[Callable[[int], float]]:
    """`ask(chunk)`: actions a second of a bulk over the whole fleet."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bulk_work"],
        cwd=CHECKOUT,
        env=haulout.child_environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:

        def ask(chunk: int) -> float:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(json.dumps({"chunk": chunk}) + "\n")
            child.stdin.flush()
            told = json.loads(child.stdout.readline() or "{}")
            if not told or told["ok"] != told["jobs"]:
                raise CannotRun(f"a bulk did not end well: {told or 'no answer'}")
            return float(told["jobs"] / told["took_s"])

        try:
            yield ask
        finally:
            assert child.stdin is not None
            child.stdin.close()


def by_xargs(haulout: Running) -> float:
    """The same restarts by Podman's own client over the same sockets; 0 where there is none here."""
    if shutil.which("podman") is None:
        return 0.0
    rows = haulout.asked(
        "SELECT endpoint_id, podman_id FROM hosts_container WHERE gone IS NULL AND state = 'running'"
    )
    folder = haulout.run_folder / "link"
    words = "".join(f"unix://{folder}/{endpoint}.sock {one}\n" for endpoint, one in rows)
    began = time.monotonic()
    done = subprocess.run(
        [
            *("xargs", "-P", str(AT_ONCE), "-n", "2", "sh", "-c"),
            'podman --remote --url "$0" restart "$1" >/dev/null',
        ],
        input=words,
        text=True,
        capture_output=True,
    )
    took_s = time.monotonic() - began
    if done.returncode:
        raise CannotRun(f"podman --remote failed: {done.stderr[-1000:]}")
    return len(rows) / took_s
