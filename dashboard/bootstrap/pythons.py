"""Finds a Python that Haulout runs on: this one, or python3.13 … python3.11 on PATH."""

import os
import shutil
import subprocess
import sys
from typing import List, Optional, Tuple

from dashboard.bootstrap.errors import StartError

OLDEST = (3, 11)
TESTED = ("3.13", "3.12", "3.11")
Version = Tuple[int, ...]


def ask(python: str, code: str) -> Optional[str]:
    """What `python -c code` prints; None where it does not run (a version manager's empty shim)."""
    try:
        done = subprocess.run(
            [python, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def version_of(python: str) -> Optional[Version]:
    """(3, 13) of an interpreter, None where it does not run."""
    answer = ask(python, "import sys; print('%d.%d' % sys.version_info[:2])")
    if not answer:
        return None
    try:
        return tuple(int(part) for part in answer.split("."))
    except ValueError:
        return None


def can_make_venvs(python: str) -> bool:
    """False on a Debian without python3-venv, where ensurepip is missing."""
    return ask(python, "import venv, ensurepip; print('yes')") == "yes"


def usable() -> List[str]:
    """Interpreters that are new enough, best first. None: StartError with what to install."""
    names = [sys.executable] if sys.executable else []
    names += ["python{}".format(version) for version in TESTED] + ["python3"]
    names += ["/usr/bin/python{}".format(version) for version in TESTED] + ["/usr/bin/python3"]
    found: List[str] = []
    seen = set()
    for name in names:
        path = shutil.which(name)
        if not path or os.path.realpath(path) in seen:
            continue
        seen.add(os.path.realpath(path))
        version = version_of(path)
        if version is not None and version >= OLDEST:
            found.append(path)
    if not found:
        raise StartError(
            "this Python is {}.{} and none newer is on PATH: Haulout needs Python 3.11 or newer; "
            "install it (Debian 12 or newer: apt-get install python3), then run this again with "
            "python3.11 or newer".format(*sys.version_info[:2])
        )
    return found
