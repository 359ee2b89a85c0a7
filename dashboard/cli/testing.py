"""`manage.py test`: brings what the tests need, runs them on SQLite, and the database's on PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

from dashboard import env
from dashboard.bootstrap import packages
from dashboard.bootstrap.trouble import Trouble, say
from dashboard.cli import needs, postgresql

NO_TESTS = 5  # pytest's status when nothing was selected


def run(words: list[str]) -> int:
    """Run pytest with these arguments, at most twice. Non-zero when either run failed.

    First on PostgreSQL, what uses the database; then everything, on SQLite, whose closing lines
    are the last ones.
    """
    if "-h" in words or "--help" in words:
        print(__doc__)
        print("usage: manage.py test [--all] [--hosts FILE] [pytest arguments]\n")
        return _pytest(["--help"], {})
    words = [word for word in words if word != "--yes"]
    _bring_packages(words)
    statuses = []
    server = _postgresql()
    if server is not None and not _lists_only(words):
        with server:
            say("tests of the database on PostgreSQL")
            more = {"HAULOUT_TEST_DATABASE_URL": server.url}
            statuses.append(_pytest(["--database-only", "-q", *_fast(words)], more))
        say("all tests, on SQLite")
    statuses.append(_pytest(words, {}))
    if statuses[0] == NO_TESTS and len(statuses) > 1:
        statuses[0] = 0  # these arguments select nothing that uses the database
    return next((status for status in statuses if status), 0)


def _pytest(words: list[str], more: dict[str, str]) -> int:
    sys.stdout.flush()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=env.CHECKOUT,
        env={**os.environ, **more},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode


def _fast(words: list[str]) -> list[str]:
    """The same selection without what needs hosts or a browser."""
    words = list(words)
    fast = "not lab and not browser"
    for place, word in enumerate(words):
        if word == "-m" and place + 1 < len(words):
            words[place + 1] = f"({words[place + 1]}) and {fast}"
            return words
    return [*words, "-m", fast]


def _lists_only(words: list[str]) -> bool:
    return bool({"--collect-only", "--co", "--fixtures", "--markers", "--version"} & set(words))


def _selects_fast_only(words: list[str]) -> bool:
    """True for the fast part by its marker, or for paths that are neither lab nor browser."""
    if "-m" in words[:-1]:
        marker = words[words.index("-m") + 1]
        if "not lab" in marker and "not browser" in marker:
            return True
    paths = [Path(word.split("::")[0]) for word in words if not word.startswith("-")]
    paths = [path for path in paths if path.exists() and path.parts[0] == "tests"]
    return bool(paths) and not any(
        len(path.parts) == 1 or path.parts[1] in ("lab", "browser", "bench") for path in paths
    )


def _bring_packages(words: list[str]) -> None:
    """Install what is missing where that is allowed; else say so, and those tests are skipped."""
    wanted = list(needs.POSTGRESQL)
    if not _selects_fast_only(words):
        wanted += needs.BROWSER
        if not any(word.startswith("--hosts") for word in words):
            wanted += needs.LAB
    missing = needs.missing(wanted)
    if not missing:
        return
    strict = os.environ.get("CI") == "true"
    try:
        packages.install(missing, "the whole test run", yes=strict or not sys.stdin.isatty())
    except Trouble as exc:
        if strict:
            raise
        say(str(exc))
        say("going on; the tests that need them are skipped and named")


def _postgresql() -> postgresql.Server | None:
    try:
        return postgresql.Server.find()
    except Trouble as exc:
        if os.environ.get("CI") == "true":
            raise
        say(f"{exc}; going on without the tests on PostgreSQL")
        return None
