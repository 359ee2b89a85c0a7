"""A start after an update copies the database before it changes it."""

import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.supervisor.address import listen
from tests.lab.wait import until
from tests.stack import CHECKOUT, clean_environment


def tried(data: Path, *words: str, **environ: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), *words],
        cwd=CHECKOUT,
        env=clean_environment(HAULOUT_DATA=str(data), **environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout


def manage(data: Path, *words: str) -> str:
    status, out = tried(data, *words)
    assert status == 0, out
    return out


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """(data folder, what the first `setup` on it said, what the second one said)."""
    data = tmp_path_factory.mktemp("update") / "data"
    first = manage(data, "setup")
    assert not (data / "copies").exists()
    return data, first, manage(data, "setup")


def test_pending_migrations_mean_a_copy_first(told: tuple[Path, str, str]) -> None:
    data, first, second = told
    assert "creating the database" in first
    assert "database" not in second  # nothing pending, nothing copied

    # back to where an older version left it: an empty table and its migration undone
    manage(data, "migrate", "mfa", "0001", "--verbosity=0")
    out = manage(data, "setup")
    copies = list((data / "copies").glob("*.sqlite3"))
    assert len(copies) == 1
    assert str(copies[0]) in out
    with closing(sqlite3.connect(copies[0])) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        applied = copy.execute("SELECT name FROM django_migrations WHERE app='mfa'").fetchall()
    assert applied == [("0001_initial",)]  # as it was before the change


def test_static_files_are_collected_only_when_changed(told: tuple[Path, str, str]) -> None:
    _data, first, second = told
    assert "collecting" in first
    assert "collecting" not in second


def test_a_database_from_the_future_is_left_alone(
    told: tuple[Path, str, str], tmp_path: Path
) -> None:
    """By `setup`, by a process that is started by itself; one line, and nothing is copied or changed."""
    data = tmp_path / "data"
    shutil.copytree(told[0], data)
    with closing(sqlite3.connect(data / "haulout.sqlite3")) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('hosts', '9999_from_the_future', '2099-01-01')"
        )
        database.commit()
    before = sorted(path.name for path in data.rglob("*"))
    for words in (["setup"], ["worker"], ["link"], ["web"]):
        status, out = tried(data, *words)
        assert status == 1, out
        [line] = out.strip().splitlines()
        assert "newer Haulout" in line
        assert "hosts 9999_from_the_future" in line
    assert sorted(path.name for path in data.rglob("*")) == before


def of_before() -> list[tuple[str, str]]:
    """What django_migrations says of a database from before the migrations of each app became one."""
    text = (Path(__file__).parent / "migrations_of_before.txt").read_text()
    return [(app, name) for app, name in (line.split() for line in text.splitlines())]


def left(told: tuple[Path, str, str], data: Path, *, back_to: str = "") -> Path:
    """`data` as those migrations left it; `back_to`: the one of `hosts` after which nothing came yet."""
    shutil.copytree(told[0], data, ignore=shutil.ignore_patterns("copies"))
    if back_to:
        manage(data, "migrate", "hosts", back_to, "--verbosity=0")
    with closing(sqlite3.connect(data / "haulout.sqlite3")) as database:
        database.executemany(
            "DELETE FROM django_migrations WHERE app = ? AND name = ?", of_before()
        )
        squashed = database.execute("DELETE FROM django_migrations WHERE name LIKE '%_squashed_%'")
        assert squashed.rowcount >= 3
        database.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, '2026-11-30')",
            of_before(),
        )
        database.execute("UPDATE accounts_role SET words = 'as it was' WHERE name = 'viewer'")
        database.commit()
    return data


def all_of(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "haulout.sqlite3")) as database:
        return list(database.iterdump())


def test_a_database_of_the_migrations_of_before_goes_on_as_it_is(
    told: tuple[Path, str, str], tmp_path: Path
) -> None:
    data = left(told, tmp_path / "data")
    before = all_of(data)
    assert any("as it was" in line for line in before)
    assert "database" not in manage(data, "setup")
    assert not (data / "copies").exists()
    assert all_of(data) == before
    assert "No migrations to apply" in manage(data, "migrate")


def test_an_older_one_gets_what_came_since(told: tuple[Path, str, str], tmp_path: Path) -> None:
    data = left(told, tmp_path / "data", back_to="0001")
    there = set(all_of(data))
    lacking = [line for line in all_of(told[0]) if line not in there]
    assert any('CREATE TABLE "hosts_chore"' in line for line in lacking)
    assert "updating the database" in manage(data, "setup")
    assert len(list((data / "copies").glob("*.sqlite3"))) == 1
    after = all_of(data)
    assert any("as it was" in line for line in after)
    assert [line for line in lacking if line.startswith("CREATE") and line not in after] == []
    assert "database" not in manage(data, "setup")


def test_one_that_lacks_some_of_them_is_refused(
    told: tuple[Path, str, str], tmp_path: Path
) -> None:
    data = left(told, tmp_path / "data")
    hosts = [one for one in of_before() if one[0] == "hosts"]
    with closing(sqlite3.connect(data / "haulout.sqlite3")) as database:
        database.execute("DELETE FROM django_migrations WHERE app = ? AND name = ?", hosts[-1])
        database.commit()
    before = all_of(data)
    for words in (["setup"], ["worker"]):
        status, out = tried(data, *words)
        assert status == 1, out
        [line] = out.strip().splitlines()
        assert f"it has {len(hosts) - 1} of the {len(hosts)} changes" in line
    assert all_of(data) == before


def test_a_process_waits_until_setup_has_made_the_tables(
    told: tuple[Path, str, str], tmp_path: Path
) -> None:
    """Compose tools start services in orders of their own; what begins too early says what it waits for."""
    data = tmp_path / "data"
    shutil.copytree(told[0], data)
    manage(data, "migrate", "mfa", "0001", "--verbosity=0")
    with closing(listen("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    web = subprocess.Popen(
        [sys.executable, str(CHECKOUT / "manage.py"), "web"],
        cwd=CHECKOUT,
        env=clean_environment(HAULOUT_DATA=str(data), HAULOUT_PORT=str(port)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert web.stdout is not None
        assert any("waiting for `manage.py setup`" in line for line in web.stdout)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
        manage(data, "setup")
        until("web serves", lambda: answers(port), timeout_s=60)
    finally:
        web.terminate()
        web.communicate(timeout=30)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.parametrize("name", ["*", "*.example.org", ".example.org", "a.example.org,*"])
def test_a_name_that_stands_for_any_is_refused(tmp_path: Path, name: str) -> None:
    status, out = tried(tmp_path / "data", "setup", HAULOUT_ALLOWED_HOSTS=name)
    assert status == 1
    [line] = out.strip().splitlines()
    assert "HAULOUT_ALLOWED_HOSTS" in line
    assert "such as haulout.example.org" in line
