"""Makes .venv and installs the pinned packages with their hashes; a stamp says what is in it."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from typing import Dict, List, Optional

from dashboard.bootstrap import packages, pythons
from dashboard.bootstrap.errors import StartError, from_oserror, from_output, say

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(CHECKOUT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "haulout.json")
NEEDED_BYTES = 900 * 1024 * 1024


def run(what: str, words: List[str], **settings: str) -> str:
    """Run a program in the checkout; its output, or StartError in a sentence."""
    environ = dict(os.environ, PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", **settings)
    environ.pop("PYTHONHOME", None)
    environ.pop("PYTHONPATH", None)
    try:
        done = subprocess.run(
            words,
            cwd=CHECKOUT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            errors="replace",
        )
    except OSError as exc:
        raise from_oserror(exc, words[0]) from exc
    if done.returncode != 0:
        raise from_output(what, done.stdout)
    return done.stdout


def digest(name: str) -> str:
    """SHA-256 of a file of the checkout."""
    with open(os.path.join(CHECKOUT, name), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read_stamp(path: str) -> Dict[str, str]:
    """What was installed there: lock file to its hash. Empty when nothing is known."""
    try:
        with open(path) as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def write_stamp(path: str, stamp: Dict[str, str]) -> None:
    """Written beside and renamed, so that a stamp is whole or absent."""
    with open(path + ".new", "w") as file:
        json.dump(stamp, file)
    os.replace(path + ".new", path)


def missing(locks: List[str]) -> List[str]:
    """The lock files that .venv does not hold in their present form."""
    stamp = read_stamp(STAMP) if os.path.exists(PYTHON) else {}
    return [name for name in locks if stamp.get(name) != digest(name)]


def install(locks: List[str], yes: bool) -> None:
    """Make .venv where there is none that runs, then install each lock file into it."""
    free_bytes = shutil.disk_usage(CHECKOUT).free
    version = pythons.version_of(PYTHON)
    if version is None or version < pythons.OLDEST:
        if free_bytes < NEEDED_BYTES:
            raise StartError(
                "{} MiB are free at {}, and about {} are needed: free some space, "
                "then run this again".format(free_bytes >> 20, CHECKOUT, NEEDED_BYTES >> 20)
            )
        if not os.access(CHECKOUT, os.W_OK):
            raise StartError(
                "no right to write to {}: clone Haulout into a folder of your own, "
                "or give this account the right (chown)".format(CHECKOUT)
            )
        make(yes)
    stamp = read_stamp(STAMP)
    for name in locks:
        say("installing {} (the first time takes a minute)".format(name))
        run(
            "installing {}".format(name),
            [
                PYTHON,
                "-m",
                "pip",
                "install",
                "--no-input",
                "--quiet",
                "--require-hashes",
                "-r",
                name,
            ],
        )
        stamp[name] = digest(name)
        write_stamp(STAMP, stamp)


def make(yes: bool) -> None:
    """Make .venv with venv, else with uv or virtualenv, else say which package brings venv."""
    found = pythons.usable()
    for python in found:
        if pythons.can_make_venvs(python):
            say("making .venv with {}".format(_named(python)))
            run("making .venv", [python, "-m", "venv", "--clear", VENV])
            return
    maker = _other_maker(found[0])
    if maker is not None:
        say("making .venv with {} ({})".format(os.path.basename(maker[0]), _named(found[0])))
        run("making .venv", maker)
        return
    packages.install([_venv_package(found[0])], "this Python has no venv module; .venv", yes)
    if not pythons.can_make_venvs(found[0]):
        raise StartError("{} still has no venv module: install it by hand".format(found[0]))
    make(yes)


def _other_maker(python: str) -> Optional[List[str]]:
    uv, virtualenv = shutil.which("uv"), shutil.which("virtualenv")
    if uv:
        return [uv, "venv", "--quiet", "--seed", "--clear", "--python", python, VENV]
    if virtualenv:
        return [virtualenv, "--quiet", "--clear", "--python", python, VENV]
    return None


def _venv_package(python: str) -> str:
    default = shutil.which("/usr/bin/python3")
    if default and os.path.realpath(default) == os.path.realpath(python):
        return "python3-venv"
    version = pythons.version_of(python) or sys.version_info[:2]
    return "python{}.{}-venv".format(*version)


def _named(python: str) -> str:
    version = pythons.version_of(python) or (0, 0)
    return "Python {}.{}".format(*version)
