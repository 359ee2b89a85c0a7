"""Writing: numbers without gaps, one outcome each, only within a transaction, text made fit."""

import hashlib
from typing import Any

import orjson
import pytest
from django.db import connection, transaction

from audit import write
from audit.models import Entry, Head
from audit.shapes import AlreadySettled, NoSuchIntent, OutsideTransaction, Target, Who

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_what_where(alice: Who, web: Target) -> None:
    number = write.intent(
        alice, "container.restart", web, params={"timeout_s": 5}, grant="operator", job_id=12
    )
    entry = Entry.objects.get(pk=number)
    assert (entry.who_name, entry.who_id, entry.address) == ("Alice", 7, "192.0.2.7")
    assert (entry.verb, entry.target_name, entry.host_name) == (
        "container.restart",
        "shop-web",
        "web1",
    )
    assert entry.params == {"timeout_s": 5}
    assert (entry.grant, entry.job_id, entry.count, entry.segment) == ("operator", 12, 1, 1)


def test_bytes_are_stored_and_hashed(alice: Who, web: Target) -> None:
    first = write.event(alice, "session.sign_in", web)
    second = write.event(alice, "session.sign_out", web)
    one, two = Entry.objects.get(pk=first), Entry.objects.get(pk=second)
    assert hashlib.sha256(bytes(one.canonical)).digest() == bytes(one.hash)
    assert bytes(two.previous) == bytes(one.hash)
    assert orjson.loads(bytes(two.canonical))["previous"] == bytes(one.hash).hex()
    assert list(orjson.loads(bytes(one.canonical))) == sorted(orjson.loads(bytes(one.canonical)))


def test_the_session_key_itself_is_not_stored(alice: Who, web: Target) -> None:
    entry = Entry.objects.get(pk=write.event(alice, "session.sign_in", web))
    assert len(entry.session) == 32
    assert b"session-key" not in bytes(entry.canonical)


def test_an_outcome_repeats_its_intent(alice: Who, web: Target) -> None:
    number = write.intent(alice, "container.restart", web, job_id=3)
    ended = Entry.objects.get(pk=write.outcome(number, "failed", detail="no", duration_ms=12))
    assert (ended.intent, ended.result) == (number, "failed")
    assert (ended.detail, ended.duration_ms) == ("no", 12)
    assert (ended.who_name, ended.verb, ended.target_id, ended.job_id) == (
        "Alice", "container.restart", web.id, 3,
    )  # fmt: skip


def test_a_second_outcome_is_refused_and_the_transaction_lives_on(alice: Who, web: Target) -> None:
    number = write.intent(alice, "container.restart", web)
    write.outcome(number, "ok")
    with pytest.raises(AlreadySettled) as caught:
        write.outcome(number, "failed")
    assert caught.value.numbers == [number]
    assert write.event(alice, "session.sign_in", web) == number + 2


def test_outcomes_are_all_or_none(alice: Who, web: Target) -> None:
    asked = write.intents([write.IntentItem(alice, "container.stop", web) for _ in range(4)])
    write.outcome(asked[2], "ok")
    before = Head.objects.get().number
    with pytest.raises(AlreadySettled):
        write.outcomes([write.OutcomeItem(number, "ok") for number in asked])
    with pytest.raises(AlreadySettled):
        write.outcomes([write.OutcomeItem(asked[0], "ok"), write.OutcomeItem(asked[0], "failed")])
    assert Head.objects.get().number == before
    numbers = write.outcomes([write.OutcomeItem(asked[n], "ok") for n in (0, 1, 3)])
    assert numbers == [before + 1, before + 2, before + 3]


@pytest.mark.parametrize("number", [0, 999])
def test_an_outcome_needs_an_intent(alice: Who, web: Target, number: int) -> None:
    with pytest.raises(NoSuchIntent):
        write.outcome(number, "ok")


def test_an_outcome_of_an_event_is_refused(alice: Who, web: Target) -> None:
    with pytest.raises(NoSuchIntent):
        write.outcome(write.event(alice, "session.sign_in", web), "ok")


def test_an_unknown_word_for_the_end_is_refused(alice: Who, web: Target) -> None:
    with pytest.raises(ValueError, match="great"):
        write.outcome(write.intent(alice, "container.stop", web), "great")


def test_a_resolution_comes_once_after_unknown(alice: Who, web: Target) -> None:
    number = write.intent(alice, "container.exec", web)
    with pytest.raises(NoSuchIntent):
        write.resolution(number, "ok", detail="too early")
    write.outcome(number, "unknown")
    with pytest.raises(ValueError, match="unknown again"):
        write.resolution(number, "unknown", detail="still")
    write.resolution(number, "ok", detail="found running")
    with pytest.raises(AlreadySettled):
        write.resolution(number, "failed", detail="twice")


def test_observed_has_no_person_but_a_count(web: Target) -> None:
    entry = Entry.objects.get(pk=write.observed("container.stop", web, how="event die", count=3))
    assert (entry.who_name, entry.kind) == ("", "observed")
    assert (entry.count, entry.detail) == (3, "event die")


NASTY = "a\x00b\ud800c\u202ed\x1b[2Je\r\nf\x85g"


def test_text_is_made_fit(alice: Who) -> None:
    number = write.event(alice, "x.y", Target("container", NASTY, NASTY), detail=NASTY)
    entry = Entry.objects.get(pk=number)
    assert entry.detail == "a\ufffdb\ufffdc\ufffdd\ufffd[2Je\nf\ufffdg"
    assert entry.target_name == entry.detail


def test_long_text_is_cut_to_its_column(alice: Who) -> None:
    number = write.event(alice, "x.y", Target("container", "i" * 999, "n" * 999), detail="d" * 9999)
    entry = Entry.objects.get(pk=number)
    assert (len(entry.target_name), len(entry.detail)) == (300, 4000)
    assert entry.detail.endswith("…")


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_is_written(alice: Who, web: Target) -> None:
    for ask in (
        lambda: write.intent(alice, "container.stop", web),
        lambda: write.event(alice, "session.sign_in", web),
        lambda: write.observed("container.stop", web, how="event"),
        lambda: write.outcomes([]),
    ):
        with pytest.raises(OutsideTransaction):
            ask()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_no_gap(alice: Who, web: Target) -> None:
    with transaction.atomic():
        first = write.event(alice, "session.sign_in", web)
    with transaction.atomic():
        write.intent(alice, "container.stop", web)
        transaction.set_rollback(True)
    with transaction.atomic():
        assert write.event(alice, "session.sign_in", web) == first + 1


def test_a_first_head_that_another_process_made_meanwhile_is_found(alice: Who, web: Target) -> None:
    write.intent(alice, "container.restart", web)
    looks: list[str] = []

    def not_there_at_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "FROM audit_head" in sql:
            looks.append(sql)
            if len(looks) == 1:
                sql = sql.replace("id = 1", "id = 0")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(not_there_at_first):
        assert write.intent(alice, "container.restart", web) == 2
    assert len(looks) == 2
