"""Options, the tiers, and the rule that a missing part is an error where CI=true."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from hosts.access import limits
from tests.table_reset import TableReset

# these import models: Django is set up by now
pytest_plugins = ["tests.cast", "tests.two_teams", "tests.bare_errors"]

TIERS = ("lab", "browser")
# where SQL is written; a page asks what these offer
ASKING_ROOMS = ("tests/accounts/", "tests/audit/", "tests/hosts/")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("haulout")
    group.addoption("--all", action="store_true", help="also run what is marked more")
    group.addoption("--hosts", metavar="FILE", help="run the lab's tests on these hosts instead")
    words = "only tests of what may differ between databases; with --all, all that use one"
    group.addoption("--database-only", action="store_true", help=words)


def _is_more(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("more") and not item.get_closest_marker("on_every_podman"))


def _is_for_each_database(item: pytest.Item, *, every: bool) -> bool:
    """Whether it also runs on a second kind of database: tests of the rooms that write SQL, tests
    with real transactions, and those marked each_database. With --all whatever uses it.
    """
    if not _uses_database(item) or every:
        return _uses_database(item)
    if item.get_closest_marker("any_database"):
        return False
    return (
        item.nodeid.startswith(ASKING_ROOMS)
        or _has_real_transactions(item)
        or item.get_closest_marker("each_database") is not None
    )


def _has_real_transactions(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    names = getattr(item, "fixturenames", ())
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in names


def _uses_database(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or any(
        name in names for name in ("db", "transactional_db", "django_db_setup")
    )


@pytest.hookimpl(tryfirst=True)  # before -m chooses by marker
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what lies in the tiers' folders, and drop what this run is not about."""
    for item in items:
        for name in TIERS:
            if f"tests/{name}/" in item.nodeid and not item.get_closest_marker(name):
                item.add_marker(name)
        if _meets_the_world(item):
            item.add_marker(pytest.mark.flaky(reruns=1))
    dropped: list[pytest.Item] = []
    if not config.getoption("--all"):
        dropped += [item for item in items if _is_more(item)]
    if config.getoption("--database-only"):
        every = config.getoption("--all")
        dropped += [item for item in items if not _is_for_each_database(item, every=every)]
    if dropped:
        gone = set(dropped)
        config.hook.pytest_deselected(items=list(gone))
        items[:] = [item for item in items if item not in gone]


def pytest_collection_finish() -> None:
    """What was loaded stays to the end: Python need not look through it for what could go
    (tests.isolation keeps it from that meanwhile), and looks less often through what tests make.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    gc.enable()


def _meets_the_world(item: pytest.Item) -> bool:
    """True where other programs' pace decides too: such a test is tried once more, and listed (R)."""
    marked = any(item.get_closest_marker(name) for name in ("lab", "browser"))
    return marked or "tests/hosts/link/" in item.nodeid


@pytest.fixture(autouse=True)
def _own_quota() -> None:
    """A token's number comes again in the next test; what the last one used must not count for it."""
    limits._here.clear()


@pytest.fixture(scope="session")
def must_have() -> Any:
    """`must_have(found, "what is missing")`: skips where that is allowed, fails where CI=true."""

    def check(found: object, missing: str) -> None:
        if found:
            return
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI=true, and {missing}")
        pytest.skip(missing)

    return check


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite as a file with WAL, as in use; not in memory, where locking differs. No commit waits for
    the disk: nothing here outlives the machine.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(Path(settings.HAULOUT_DATA) / "test.sqlite3")
        options = database["OPTIONS"]
        options["init_command"] = options["init_command"].replace(
            "synchronous=FULL", "synchronous=OFF"
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Also: after a test with real transactions, our own way back to what the migrations left."""
    with django_db_blocker.unblock():
        emptying = TableReset()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: emptying.empty())
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_session_outlives_the_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    """PostgreSQL drops no database that a thread of an ended loop still has a session with."""
    if not any(_uses_database(item) for item in request.session.items):
        yield
        return
    request.getfixturevalue("django_db_setup")
    blocker = request.getfixturevalue("django_db_blocker")
    yield

    with blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
