"""Runs an `up` that cannot start and gives the line it ends with."""

import subprocess
import sys

from tests.stack import CHECKOUT, clean_environment


def refused(*options: str, **environ: str) -> str:
    """The one line that `up` with these options ends with."""
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), "up", *options],
        cwd=CHECKOUT,
        env=clean_environment(**environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stdout
    lines = [line for line in done.stdout.splitlines() if line.startswith("haulout: ")]
    assert len(lines) == 1, done.stdout
    return lines[0]
