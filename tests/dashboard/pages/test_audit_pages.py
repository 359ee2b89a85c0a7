"""The audit page: sentences, filters, and who may read it."""

import re
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from audit import write
from audit.models import Entry
from audit.queries import search
from audit.shapes import Target
from dashboard.furniture.log.search import read
from dashboard.pages.audit import lists
from hosts.inventory.job_marks import JOB_LABEL, mark
from hosts.models import Job
from tests import make
from tests.cast import Cast

pytestmark = pytest.mark.each_database("reads the audit log by its fields, texts and dates")

SHOP = Target(kind="container", id="ab" * 32, name="shop", host_id=7, host_name="web1")


@pytest.fixture
def log(cast: Cast, who_of: Any) -> None:
    with transaction.atomic():
        done = write.intent(who_of(cast.bob), "container.restart", SHOP)
        write.outcome(done, "ok", duration_ms=1200)
        failed = write.intent(who_of(cast.alice), "container.stop", SHOP)
        write.outcome(failed, "failed", detail="no such process")
        write.refusal(who_of(cast.charlie), "container.remove", SHOP, reason="role lacks it")
        write.observed("container.start", SHOP, how="event", count=3)


def test_lines_say_who_did_what_and_how_it_ended(cast: Cast, log: None, browser_of: Any) -> None:
    page = browser_of(cast.bob).get("/audit/").content.decode()
    for words in (
        "restarted",
        "tried: Stop",
        "was refused: Remove",
        "on the host, not by Haulout",
        "×3",
    ):
        assert words in page
    assert page.index("×3") < page.index("restarted")


@pytest.mark.parametrize(
    ("line", "found", "absent"),
    [
        ("person:Bob", "restarted", "tried: Stop"),
        ("result:failed", "tried: Stop", "restarted"),
        ("verb:container.restart", "restarted", "tried: Stop"),
        ("kind:observed", "×3", "restarted"),
        ("shop", "restarted", "Nothing matches"),
        ("since:1h host:web1", "restarted", "Nothing matches"),
        ("until:1h", "Nothing matches", "restarted"),
    ],
)
def test_filters(
    cast: Cast, log: None, browser_of: Any, line: str, found: str, absent: str
) -> None:
    page = browser_of(cast.bob).get("/audit/", {"q": line}).content.decode()
    assert found in page
    assert absent not in page


def test_nonsense_is_said_and_nothing_is_shown(cast: Cast, log: None, browser_of: Any) -> None:
    line = "result:great colour:red -person:Bob date:2026-02-30"
    troubles = read(line).troubles
    assert len(troubles) == 4
    page = browser_of(cast.bob).get("/audit/", {"q": line}).content.decode()
    assert "There is no date 2026-02-30." in page
    assert f'value="{line}"' in page
    assert "restarted" not in page


def test_an_unknown_word_is_compared_with_those_there_are() -> None:
    (trouble,) = read("persn:Bob").troubles
    assert "“persn:”" in trouble
    assert "Did you mean person:?" in trouble


@pytest.fixture
def rows(cast: Cast, who_of: Any) -> None:
    """job-3 and job-30 on web-1 and web-2, by Bob and Alice."""
    with transaction.atomic():
        for name, host, who in (
            ("job-3", "web-1", cast.bob),
            ("job-3", "web-2", cast.bob),
            ("job-30", "web-1", cast.alice),
            ("shop", "web-1", cast.bob),
        ):
            there = Target(kind="container", id="", name=name, host_name=host)
            done = write.intent(who_of(who), "container.restart", there)
            write.outcome(done, "ok" if name == "job-3" else "failed")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("job-3 web-1", ["job-30 web-1", "job-3 web-1"]),
        ("web-1 job-3", ["job-30 web-1", "job-3 web-1"]),
        ("object:job-3 web-1", ["job-3 web-1"]),
        ("object:job web-1", ["job-30 web-1", "job-3 web-1"]),
        ("job bob", ["job-3 web-2", "job-3 web-1"]),
        ("job-3 bob result:ok host:web-2", ["job-3 web-2"]),
        ("job result:failed", ["job-30 web-1"]),
        ("host:web-1 host:web-2 object:job-3", ["job-3 web-2", "job-3 web-1"]),
        ("web-1 today", ["shop web-1", "job-30 web-1", "job-3 web-1"]),
        ("web-1 yesterday", []),
        ("verb:container.stop verb:container.restart shop", ["shop web-1"]),
        ("job-3 nothing-of-it", []),
        ("ob-3", []),
    ],
)
def test_two_words_mean_both_and_parts_match(rows: None, line: str, found: list[str]) -> None:
    asked = read(line)
    assert not asked.troubles
    lines = search(asked.filters, visible=None).lines
    assert [f"{one.entry.target_name} {one.entry.host_name}" for one in lines] == found


@pytest.fixture
def chatty(cast: Cast, who_of: Any) -> None:
    """chatty stopped on h3 and removed on h4, stopper started on h3, the pod crew stopped on h3."""
    with transaction.atomic():
        for verb, name, host in (
            ("container.stop", "chatty", "h3"),
            ("container.remove", "chatty", "h4"),
            ("container.start", "stopper", "h3"),
            ("pod.stop", "crew", "h3"),
        ):
            there = Target(kind=verb.partition(".")[0], id="", name=name, host_name=host)
            write.outcome(write.intent(who_of(cast.bob), verb, there), "ok")
        write.observed("container.kill", Target("container", "", "chatty", host_name="h3"), how="x")


STOPPED = "container.stop chatty"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("stop chatty", [STOPPED]),
        ("Stopped chatty", [STOPPED]),
        ("today chatty h3 stop", [STOPPED]),
        ("yesterday stop", []),
        ("stop h4", []),
        # a name that begins so too
        ("stop", ["pod.stop crew", "container.start stopper", STOPPED]),
        ("stopped bob", ["pod.stop crew", STOPPED]),
        ("chatty signal", ["container.kill chatty"]),
        ("sent chatty", ["container.kill chatty"]),
        ("stop start", ["container.start stopper"]),
        ("stop chatty result:failed", []),
        ("topped", []),
    ],
)
def test_a_word_is_what_was_done_too(chatty: None, line: str, found: list[str]) -> None:
    asked = read(line)
    assert not asked.troubles
    lines = search(asked.filters, visible=None).lines
    assert [f"{one.entry.verb} {one.entry.target_name}" for one in lines] == found


def test_any_part_of_a_name_that_is_there_now(rows: None) -> None:
    make.host("web-1")
    assert len(search(read("eb-1 shop").filters, visible=None).lines) == 1


def test_more_names_than_are_looked_for_are_said(cast: Cast, who_of: Any) -> None:
    with transaction.atomic():
        for number in range(45):
            write.observed("container.stop", Target("container", "", f"job-{number:02}"), how="x")
    asked = read("job")
    assert len(search(asked.filters, visible=None).lines) == 40
    assert "More than 40 names match “job”" in asked.notes[0]


def test_the_form_of_dates_goes_into_the_line(cast: Cast, log: None, browser_of: Any) -> None:
    given = {"q": "shop yesterday", "from": "2026-11-01", "to": "2026-11-07"}
    answer = browser_of(cast.bob).get("/audit/", given)
    assert answer["Location"] == "?q=shop+date%3A2026-11-01..2026-11-07"


def test_an_entry_shows_its_pair_and_its_hash(cast: Cast, log: None, browser_of: Any) -> None:
    intent = Entry.objects.get(verb="container.stop", kind="intent")
    outcome = Entry.objects.get(intent=intent.number)
    # by either number
    for number in (intent.number, outcome.number):
        page = browser_of(cast.bob).get(f"/audit/{number}/").content.decode()
        assert "no such process" in page
        assert intent.hash_hex in page
        assert outcome.hash_hex in page
    assert browser_of(cast.bob).get("/audit/999999/").status_code == 404


def test_a_viewer_reads_nothing_of_it(cast: Cast, log: None, browser_of: Any) -> None:
    browser = browser_of(cast.charlie)
    assert browser.get("/audit/").status_code == 403
    assert browser.get("/audit/1/").status_code == 403


def test_an_objects_history_shows_its_entries_to_readers_alone(
    cast: Cast, log: None, browser_of: Any
) -> None:
    endpoint = make.endpoint("web1")
    make.container(endpoint, "shop", podman_id=SHOP.id)
    here = Target(kind="container", id=SHOP.id, name="shop", endpoint_id=endpoint.pk)
    with transaction.atomic():
        write.observed("container.pause", here, how="event")
    address = f"/containers/{endpoint.pk}/{SHOP.id}/history/"
    assert "paused" in browser_of(cast.bob).get(address).content.decode()
    assert (
        "on the host, not by Haulout" not in browser_of(cast.charlie).get(address).content.decode()
    )


def test_an_objects_history_begins_with_who_made_it(
    cast: Cast, log: None, browser_of: Any, who_of: Any
) -> None:
    endpoint = make.endpoint("web1")
    # what is asked for has no id yet
    unmade = Target(kind="container", id="", name="shop", endpoint_id=endpoint.pk)
    with transaction.atomic():
        number = write.intent(who_of(cast.alice), "container.run", unmade)
    job = Job.objects.create(
        verb="container.run",
        endpoint=endpoint,
        object_kind="container",
        object_name="shop",
        asked_by_name="Alice",
        intent=number,
        result={"kind": "container", "id": SHOP.id},
    )
    now = timezone.now()
    times: dict[str, Any] = {"seen_at": now, "changed_at": now, "labels": {JOB_LABEL: mark(job.pk)}}
    make.container(endpoint, "shop", podman_id=SHOP.id, **times)
    claimed = "ef" * 32
    make.container(endpoint, "fake", podman_id=claimed, **times)

    def told(user: Any, podman_id: object) -> str:
        page: str = (
            browser_of(user).get(f"/containers/{endpoint.pk}/{podman_id}/history/").content.decode()
        )
        return page

    assert f'href="/audit/{number}/"' in told(cast.alice, SHOP.id)
    assert f'href="/jobs/{job.pk}/">Run</a>' in told(cast.charlie, SHOP.id)
    # a label alone proves nothing
    assert f'href="/audit/{number}/"' not in told(cast.alice, claimed)
    assert f'href="/jobs/{job.pk}/"' not in told(cast.charlie, claimed)


def test_an_act_and_its_end_count_as_one(cast: Cast, browser_of: Any, who_of: Any) -> None:
    browser = browser_of(cast.alice)
    target = Target("container", "ab" * 32, "shop", 1, "web1", 2, "root")

    def counted() -> int:
        found = re.search(
            r"data-audit-newest.*?>(\d+) entr", browser.get("/audit/").content.decode()
        )
        assert found
        return int(found[1])

    with transaction.atomic():
        write.event(who_of(cast.alice), "session.sign_in", target)
    before = counted()
    with transaction.atomic():
        number = write.intent(who_of(cast.alice), "container.restart", target)
        write.outcome(number, "ok", duration_ms=3)
    assert counted() == before + 1
    assert lists.COUNTED == 10_000  # as the template says
