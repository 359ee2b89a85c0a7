"""`manage.py test`: brings what the tests need, runs them on SQLite, and the database's on PostgreSQL.

With `--fast` what needs neither a host nor a browser, on SQLite alone: for while one writes.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from dashboard import env
from dashboard.bootstrap import packages
from dashboard.bootstrap.errors import StartError, say
from dashboard.cli import needs, postgresql
from dashboard.supervisor import launch

NO_TESTS = 5  # pytest's status when nothing was selected
MOST_PROCESSES = 6  # each has a lab of its own
# so much what computes gives way to what waits for hosts and browsers, so that both go on
GIVES_WAY = 5
TESTS_FAILED = 1  # pytest's status after a run that went to its end
# what the code itself must be: style, types, imports. Neither hosts nor a database
HOUSE_RULES = "tests/test_*.py"
# arguments that choose no tests and end no run early
_WHOLE = re.compile(r"--all|-[qv]+|-r\w+|-n\d+|--(durations|color|tb|numprocesses|junit-?xml)=.*")


def run(words: list[str]) -> int:
    """Run pytest with these arguments, at most twice. Non-zero when either run failed.

    What uses the database runs on PostgreSQL. Everything runs on SQLite at the same time; its lines
    are shown after the first run has ended.
    """
    if "-h" in words or "--help" in words:
        print(__doc__)
        print("usage: manage.py test [--fast | --all] [--hosts FILE] [pytest arguments]\n")
        return _pytest(["--help"]).wait()
    fast = "--fast" in words
    words = [word for word in words if word not in ("--yes", "--fast")]
    if fast:
        words = _without_hosts(words)
    else:
        _bring_packages(words)
    with (
        tempfile.TemporaryDirectory(prefix="haulout-pyc-") as compiled,
        tempfile.TemporaryDirectory(prefix="haulout-calls-") as calls,
    ):
        more = _compiled_once(compiled) | {"HAULOUT_TEST_CALLS": calls}
        whole = _whole(words)
        if whole:
            if status := _house_rules(more):
                return status
            words = [f"--ignore-glob={HOUSE_RULES}", *words]
        if fast:
            status = _pytest([*_shared_out(words, waits=False), *words], more).wait()
        else:
            status = _runs(words, more)
        if whole and status in (0, TESTS_FAILED):
            status = _compare(calls, words) or status
        return status


def _house_rules(more: dict[str, str]) -> int:
    """Run these tests before all others, since they fail in half a minute.

    Beside them all tests are collected once: the processes that run them find their bytecode then.
    """
    say("style, types and the rules of the house")
    with open(os.devnull, "wb") as nowhere:
        beside = _pytest(
            ["--collect-only", "-q"], more, gives_way=GIVES_WAY, output=nowhere.fileno()
        )
        files = sorted(
            map(str, env.CHECKOUT.glob(HOUSE_RULES)), key=lambda file: "style" not in file
        )
        try:
            status = _pytest(["-q", "-x", *files], more).wait()
            if not status:
                beside.wait()
        finally:
            beside.terminate()
            beside.wait()
    return status


def _runs(words: list[str], more: dict[str, str]) -> int:
    server = None if _lists_only(words) else _postgresql()
    everything = [*_shared_out(words), *words]
    if server is None:
        return _pytest(everything, more).wait()
    with server:
        say("tests of the database on PostgreSQL; beside them all tests on SQLite, shown after")
        with tempfile.TemporaryFile() as shown:
            where = {"HAULOUT_TEST_DATABASE_URL": server.url}
            # none of these waits for a host, and each process collects all tests and makes a database
            shared_out = _shared_out(words, waits=False)
            of_database = ["--database-only", "-q", *shared_out, *_without_hosts(words)]
            first = _pytest(of_database, more | where, gives_way=GIVES_WAY)
            second = _pytest([*_in_colour(), *everything], more, output=shown.fileno())
            status = first.wait()
            say("all tests, on SQLite")
            _show(shown.fileno(), second)
    if status == NO_TESTS:
        status = 0  # these arguments select nothing that uses the database
    return status or second.returncode


def _compare(calls: str, words: list[str]) -> int:
    """Hold docs/coverage.md against what the tests have sent to Podman; 1 where they differ."""
    sys.stdout.flush()
    all_too = ["--all"] if "--all" in words else []
    command = [sys.executable, "-m", "tests.lab.coverage", calls, *all_too]
    return subprocess.run(command, cwd=env.CHECKOUT, check=False).returncode


def _whole(words: list[str]) -> bool:
    """True where these arguments leave no test out."""
    return all(_WHOLE.fullmatch(word) for word in words)


def _pytest(
    words: list[str],
    more: dict[str, str] | None = None,
    *,
    gives_way: int = 0,
    output: int | None = None,
) -> "subprocess.Popen[bytes]":
    """Started, and ended by the kernel when we are ended from outside."""
    sys.stdout.flush()
    until_we_end = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid())]
    nice = shutil.which("nice") if gives_way else None
    before = [nice, "-n", str(gives_way)] if nice else []
    return subprocess.Popen(
        [*until_we_end, *before, sys.executable, "-m", "pytest", *words],
        cwd=env.CHECKOUT,
        env={**os.environ, **(more or {})},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
    )


def _compiled_once(folder: str) -> dict[str, str]:
    """Where no bytecode may be written beside the code, a folder for it: tests start many processes."""
    if not sys.dont_write_bytecode:
        return {}
    _lend_compiled(folder)
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}


def _lend_compiled(folder: str) -> None:
    """Links to what Python and the packages were installed with, which nobody need compile again."""
    ending = f"{sys.implementation.cache_tag}.pyc"
    for place in {sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")}:
        for here, _folders, files in os.walk(place):
            if os.path.basename(here) != "__pycache__":
                continue
            there = Path(folder, *Path(here).parts[1:-1])
            there.mkdir(parents=True, exist_ok=True)
            for file in files:
                if file.endswith(ending):
                    there.joinpath(file).symlink_to(Path(here, file))


def _show(file: int, process: "subprocess.Popen[bytes]") -> None:
    """Copy what the process writes into that file to our own output, to its end."""
    place = 0
    while True:
        ended = process.poll() is not None
        while piece := os.pread(file, 65536, place):
            place += len(piece)
            sys.stdout.buffer.write(piece)
        sys.stdout.flush()
        if ended:
            return
        time.sleep(0.2)


def _in_colour() -> list[str]:
    """pytest writes to a file; a terminal reads it afterwards."""
    if not sys.stdout.isatty():
        return []
    os.environ.setdefault("COLUMNS", str(shutil.get_terminal_size().columns))
    return ["--color=yes"]


def _shared_out(words: list[str], *, waits: bool = True) -> list[str]:
    """How pytest shares tests out: whole files, a process for each core. Two more where most wait
    for hosts (`waits`). Not for single files, nor where somebody says otherwise.
    """
    own = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-s", "--capture=no", "-pno:xdist")
    if _lists_only(words) or any(word.startswith(own) for word in words):
        return []
    if any(Path(word.split("::")[0]).is_file() for word in words if not word.startswith("-")):
        return []
    processes = min((os.cpu_count() or 1) + (2 if waits else 0), MOST_PROCESSES)
    return ["-n", str(processes), "--dist", "loadfile"]


def _without_hosts(words: list[str]) -> list[str]:
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
    except StartError as exc:
        if strict:
            raise
        say(str(exc))
        say("going on; the tests that need them are skipped and named")


def _postgresql() -> postgresql.Server | None:
    try:
        return postgresql.Server.find()
    except StartError as exc:
        if os.environ.get("CI") == "true":
            raise
        say(f"{exc}; going on without the tests on PostgreSQL")
        return None
