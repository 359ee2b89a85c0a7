"""Runs first: makes the environment ready, then runs the same command again inside it."""

import fcntl
import os
import sys
from typing import List, Optional

from dashboard.bootstrap import environment, modules
from dashboard.bootstrap.errors import StartError, from_oserror, say


def prepare(argv: List[str]) -> Optional[int]:
    """None when we run inside a ready .venv; an exit status when it cannot be made ready.

    Otherwise it does not return: the process becomes the same command inside .venv.
    """
    if os.name != "posix":
        say("Haulout runs on Linux, macOS and the BSDs; on Windows use WSL")
        return 1
    if os.environ.get("HAULOUT_LIFELINE"):
        return None  # a child of `up`: its environment was made ready before it
    try:
        ready(argv)
    except StartError as exc:
        say(str(exc))
        return 1
    except OSError as exc:
        say(str(from_oserror(exc, exc.filename or environment.CHECKOUT)))
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return 130
    if os.path.realpath(sys.prefix) == os.path.realpath(environment.VENV):
        return None
    sys.stderr.flush()
    script = os.path.join(environment.CHECKOUT, "manage.py")
    return os.execv(environment.PYTHON, [environment.PYTHON, script, *argv[1:]])  # noqa: S606


def ready(argv: List[str]) -> None:
    """Install what the locks name and .venv does not hold yet. One at a time per checkout."""
    locks = ["requirements.txt"]
    tests = argv[1:2] in (["test"], ["bench"])
    if tests:
        locks.append("requirements-test.txt")
    if not environment.missing(locks) and not modules.missing(tests):
        return
    with open(os.path.join(environment.CHECKOUT, "manage.py")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = environment.missing(locks)
        if wanted:
            environment.install(wanted, yes="--yes" in argv)
        if modules.missing(tests):
            modules.install(tests)
