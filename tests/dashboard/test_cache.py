"""What the limits on guessing count is kept until its time is over, and is told of when it cannot be."""

import base64
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection

from dashboard import cache as room

pytestmark = pytest.mark.each_database("in the words of the database's own driver")


def test_it_keeps_replaces_and_removes(db: None) -> None:
    assert cache.get("a") is None
    cache.set("a", [1.5, "ü"], 60)
    assert cache.get("a") == [1.5, "ü"]
    cache.set("a", 2, None)
    assert (cache.get("a"), cache.delete("a"), cache.get("a")) == (2, True, None)


def test_add_is_for_one_until_its_time_is_over(db: None) -> None:
    assert cache.add("lock", "mine", 60)
    assert not cache.add("lock", "yours", 60)
    assert cache.get("lock") == "mine"
    cache.set("lock", "mine", -5)
    assert cache.add("lock", "yours", 60)
    assert cache.get("lock") == "yours"


def test_many_others_drive_nobodys_limit_out(db: None) -> None:
    cache.set("bob", [1.0], 300)
    for number in range(700):
        cache.set(f"stranger-{number}", [1.0], 86_400)
    assert cache.get("bob") == [1.0]


def test_what_is_over_goes(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.set("old", 1, -5)
    monkeypatch.setattr(room, "SWEEP_EVERY", 1)
    cache.set("new", 1, 60)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM dashboard_cache")
        keys = {key for (key,) in cursor.fetchall()}
    # others' tests may have left limits that still count
    assert ":1:new" in keys
    assert ":1:old" not in keys


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_adds() -> None:
    def add(number: int) -> bool:
        try:
            return cache.add("lock", number, 60)
        finally:
            connection.close()

    cache.delete("lock")
    try:
        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(add, range(8))) == [False] * 7 + [True]
    finally:
        cache.delete("lock")


class Attack:
    """Unpickled, it makes a file: what whoever writes to the database would have run in web."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return (Path.touch, (self.mark,))


@pytest.mark.parametrize("kept", ["pickle", "no json", "[" * 100_000, ""])
def test_a_row_that_somebody_else_wrote_is_data_and_no_code(
    db: None, tmp_path: Path, kept: str
) -> None:
    mark = tmp_path / "ran"
    if kept == "pickle":
        kept = base64.b64encode(pickle.dumps(Attack(mark))).decode()
        pickle.loads(base64.b64decode(kept))
        assert mark.exists()
        mark.unlink()
    cache.set("limit", [1.0], 60)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dashboard_cache SET value = %s WHERE cache_key = %s", [kept, ":1:limit"]
        )
    assert cache.get("limit", "none") == "none"
    assert not mark.exists()
    cache.set("limit", [2.0], 60)
    assert cache.get("limit") == [2.0]


def test_what_json_does_not_hold_is_refused_at_once(db: None) -> None:
    with pytest.raises(TypeError):
        cache.set("a", Path(), 60)


def test_a_write_that_is_refused_is_an_error(db: None) -> None:
    refusing = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}
    with connection.cursor() as cursor:
        cursor.execute(refusing[connection.vendor])
        try:
            for write in (cache.add, cache.set):
                with pytest.raises(DatabaseError):
                    write("a", 1, 60)
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA query_only = OFF")
