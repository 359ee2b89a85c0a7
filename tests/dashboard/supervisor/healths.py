"""A health check of docker-compose.yaml, run as a container runs it."""

import subprocess
import sys

from dashboard.supervisor import healthcheck
from tests.stack import CHECKOUT, clean_environment


def health_of(process: str, **environ: str) -> tuple[int, str]:
    """Exit status and the line that says why."""
    done = subprocess.run(
        [sys.executable, "-m", healthcheck.__name__],
        cwd=CHECKOUT,
        env=clean_environment(HAULOUT_PROCESS=process, **environ),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.strip()
