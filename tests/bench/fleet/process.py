"""The simulator as a child of a benchmark."""

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

from tests.bench.figures import CannotRun
from tests.stack import CHECKOUT


class FleetProcess:
    """Runs within the `with` block. `rows` register its hosts (tests.bench.registered)."""

    def __init__(self, *, hosts: int, containers: int) -> None:
        self._sizes = (str(hosts), str(containers))

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.fleet", *self._sizes],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise CannotRun(f"the simulator ended with {self.process.wait()}")
        self.rows: list[dict[str, Any]] = json.loads(line)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def churn(self, per_s: float) -> None:
        """From now on so many containers restart each second; 0 ends it."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"churn {per_s}\n")
        self.process.stdin.flush()
