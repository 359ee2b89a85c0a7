"""R5: without its database a page says so in about two seconds, and no empty one is made. A real
web process on a real database.
"""

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from dashboard.cli.postgresql import Server
from dashboard.databases import PAGE_S, PATIENT_S, database
from tests.lab.wait import until
from tests.stack import CHECKOUT, clean_environment, ending_with_us, free_port

pytestmark = pytest.mark.timeout(240)
# the goal is two; a machine that does four things at once takes longer, and a worker's wait is 20
GENEROUS_S = PATIENT_S - 5
COOKIE = "haulout=" + "a" * 32
SAID = "Haulout cannot use its database"


class Web:
    """`manage.py setup` and `manage.py web` on a data folder, and nothing beside it."""

    def __init__(self, data: Path, **more: str) -> None:
        self.data, self.port = data, free_port()
        self._environ = clean_environment(
            HAULOUT_DATA=str(data), HAULOUT_PORT=str(self.port), **more
        )

    @contextmanager
    def running(self) -> Iterator["Web"]:
        manage = [sys.executable, str(CHECKOUT / "manage.py")]
        subprocess.run([*manage, "setup"], env=self._environ, check=True, timeout=120)
        environ = {**self._environ, "HAULOUT_PROCESS": "web"}
        process = subprocess.Popen(ending_with_us([*manage, "web"]), env=environ)
        try:
            until(
                "web listens", lambda: self._listens() or process.poll() is not None, timeout_s=60
            )
            assert process.poll() is None
            yield self
        finally:
            process.terminate()
            process.wait(20)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return not probe.connect_ex(("127.0.0.1", self.port))

    def get(self, path: str) -> tuple[int, str]:
        """Status and body, asked with a session's cookie: the answer needs the database."""
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=GENEROUS_S)
        try:
            asking.request("GET", path, headers={"Cookie": COOKIE})
            answer = asking.getresponse()
            return answer.status, answer.read().decode()
        finally:
            asking.close()

    def sign_in(self) -> tuple[int, str]:
        """Status and body of the answer to the sign-in form, sent as the page has it."""
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=GENEROUS_S)
        try:
            asking.request("GET", "/account/login/")
            page = asking.getresponse()
            page.read()
            cookie = str(page.headers["Set-Cookie"]).partition(";")[0]
            form = {"csrfmiddlewaretoken": cookie.partition("=")[2]}
            form |= {"login": "nobody@example.org", "password": "no password of anybody"}
            headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            asking.request("POST", "/account/login/", urlencode(form), headers)
            answer = asking.getresponse()
            return answer.status, answer.read().decode()
        finally:
            asking.close()

    def says_so(self) -> bool:
        """True when pages are 503 with cause and cure, and the probe still answers as one."""
        status, body = self.get("/containers/")
        _, probed = self.get("/readyz")
        return status == 503 and SAID in body and "Try again" in body and probed.startswith("{")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """On SQLite; every test gives the database back."""
    with Web(tmp_path_factory.mktemp("web") / "data").running() as one:
        assert one.get("/containers/")[0] == 302
        yield one


@contextmanager
def held(file: Path, *pragmas: str) -> Iterator[None]:
    """An exclusive lock, of a process of its own: SQLite's locks do not hold within one."""
    code = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)\n"
        "for one in [*sys.argv[2:], 'BEGIN EXCLUSIVE']: held.execute(one)\n"
        "held.execute('UPDATE dashboard_cache SET value = value WHERE 0')\n"
        "print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(file), *pragmas],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        yield
    finally:
        holder.communicate("")


def test_a_locked_sqlite_file(web: Web) -> None:
    file = web.data / "haulout.sqlite3"
    with held(file, "PRAGMA locking_mode=EXCLUSIVE"):
        assert web.says_so()
    assert web.get("/containers/")[0] == 302


def test_whoever_only_reads_does_not_wait_for_a_writer(web: Web) -> None:
    with held(web.data / "haulout.sqlite3"):
        assert web.get("/containers/")[0] == 302


def test_signing_in_says_that_nothing_can_be_written(web: Web) -> None:
    """And not that there were too many tries, which nobody could mend."""
    status, page = web.sign_in()
    assert (status, "is wrong" in page) == (200, True)
    with held(web.data / "haulout.sqlite3"):
        status, page = web.sign_in()
    assert (status, SAID in page) == (503, True)


def test_a_sqlite_file_that_is_gone_comes_back_as_it_was(web: Web) -> None:
    file = web.data / "haulout.sqlite3"
    away = file.rename(file.with_suffix(".away"))
    assert web.says_so()
    assert not file.exists()
    away.rename(file)
    assert web.get("/containers/")[0] == 302
    with closing(sqlite3.connect(file)) as kept:
        assert kept.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 10


def test_postgresql_that_is_stopped(tmp_path: Path, must_have: Callable[..., None]) -> None:
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    must_have(binaries, "no PostgreSQL in /usr/lib/postgresql: apt-get install postgresql")
    with (
        Server.find() as server,
        Web(tmp_path / "data", DATABASE_URL=server.url).running() as web,
    ):
        assert web.get("/containers/")[0] == 302
        # a standby, or a disk that is nearly full: it can be read
        with psycopg.connect(server.url, autocommit=True) as other:
            other.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            other.execute("SELECT pg_reload_conf()")
        end = time.monotonic() + 60
        while (answer := web.sign_in())[0] != 503:
            assert time.monotonic() < end
        assert SAID in answer[1]
        # frozen first, as a machine that hangs: it takes connections and says nothing
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            assert web.says_so()
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        server.process.send_signal(signal.SIGINT)
        server.process.wait(30)
        assert web.says_so()


@pytest.mark.parametrize("url", ["", "postgresql://h@db/h"])
def test_only_pages_are_impatient(url: str) -> None:
    def options(process: str) -> dict[str, object]:
        found: dict[str, object] = database(url, Path("x"), process=process)["OPTIONS"]
        return found

    if url:
        assert options("web")["connect_timeout"] == "2"
        assert "connect_timeout" not in options("worker")
    else:
        assert (options("web")["timeout"], options("worker")["timeout"]) == (PAGE_S, PATIENT_S)
        assert (options("web")["must_exist"], options("console")["must_exist"]) == (True, False)
