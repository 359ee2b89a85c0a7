"""A person, a target, and a data folder with keys of its own for every test of the log."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from audit import keys, write
from audit.shapes import Target, Who


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings) -> Path:
    settings.HAULOUT_DATA = tmp_path
    settings.HAULOUT_AUDIT_HASH_KEY_FILE = tmp_path / "keys" / "audit_hash.key"
    settings.HAULOUT_CHECKPOINT_KEY_FILE = tmp_path / "keys" / "checkpoint.key"
    keys.make_keys(tmp_path / "keys")
    return tmp_path


@pytest.fixture
def alice() -> Who:
    return Who("Alice", user_id=7, session="session-key", address="192.0.2.7", door="page")


@pytest.fixture
def web() -> Target:
    return Target("container", "ab" * 32, "shop-web", 1, "web1", 2, "root")


@pytest.fixture
def fill(alice: Who, web: Target) -> Callable[[int], None]:
    """Write so many entries: intents with outcomes of all kinds, an event now and then."""

    def write_entries(count: int) -> None:
        written = 0
        results = ["ok", "failed", "cancelled", "denied", "unknown"]
        with transaction.atomic():
            while written < count:
                number = write.intent(alice, "container.restart", web, params={"timeout_s": 10})
                result = results[number % len(results)]
                write.outcome(number, result, detail=f"entry {number}", duration_ms=number)
                written += 2
                if result == "unknown":
                    write.resolution(number, "ok", detail="seen running")
                    written += 1
                if written % 3 == 0 and written < count:
                    write.event(alice, "session.sign_in", Target("user", 7, "Alice"))
                    written += 1

    return write_entries
