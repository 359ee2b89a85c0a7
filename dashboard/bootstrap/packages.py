"""Debian packages: names what is missing, asks where a person sits, installs where it may."""

import os
import shutil
import subprocess
import sys
from typing import Iterable, List

from dashboard.bootstrap.errors import StartError, from_output, say

COMMAND = "apt-get install -y --no-install-recommends"


def install(names: Iterable[str], why: str, yes: bool) -> None:
    """Install Debian packages. Root on a terminal is asked first (not with `yes` or CI=true).

    Where it cannot or may not install: StartError with the command to run.
    """
    wanted = sorted(set(names))
    if not wanted:
        return
    line = "{} {}".format(COMMAND, " ".join(wanted))
    if not shutil.which("apt-get"):
        raise StartError(
            "{} needs what Debian calls {}: install it, then run this again".format(
                why, " ".join(wanted)
            )
        )
    if os.geteuid() != 0:
        raise StartError("{} needs packages: run `sudo {}`, then this again".format(why, line))
    say("{} needs {}".format(why, " ".join(wanted)))
    if sys.stdin.isatty() and not yes and os.environ.get("CI") != "true":
        sys.stderr.write("haulout: install with `{}`? [Y/n] ".format(line))
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("", "y", "yes"):
            raise StartError("not installed: run `{}`, then this again".format(line))
    say("installing {} with apt-get".format(" ".join(wanted)))
    _apt(["update"])
    _apt(line.split()[1:])


def _apt(arguments: List[str]) -> None:
    words = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *arguments]
    done = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
        env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"),
    )
    if done.returncode != 0 and arguments[0] != "update":
        raise from_output("`{}`".format(" ".join(words)), done.stdout)
