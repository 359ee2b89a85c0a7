"""A job that fails is told once to whoever asked, on whatever page; and to all who see it for an hour."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.models import Role
from dashboard.furniture.failures import NOTICES
from dashboard.live.stamps import changed_topics, stamps
from hosts.access import Person
from hosts.inventory.job_marks import JOB_LABEL, mark
from hosts.jobs import failures
from hosts.jobs.port_clash import is_port_clash, port_clash
from hosts.models import Batch, Endpoint, Grant, Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.dashboard.pages.test_live_notices import lines

pytestmark = pytest.mark.each_database("looks into JSON: labels, results and parameters")

__all__ = ["hosts"]
TAKEN = "Port 8080 is taken by shop on web1."


@pytest.fixture
def fails(cast: Cast, hosts: Hosts) -> Any:
    """`fails(user)`: a start on web1 that this person asked for on a page has failed now."""

    def make(user: Any = None, **more: Any) -> Any:
        user = user or cast.bob
        values = {
            "verb": "container.start",
            "endpoint": hosts.web1,
            "host_name": "web1",
            "endpoint_name": "web1",
            "object_kind": "container",
            "object_id": "ab" * 32,
            "object_name": "web",
            "asked_by": user,
            "asked_by_name": user.name,
            "who": {"name": user.name, "door": "page"},
            "intent": 1,
            "state": "failed",
            "error": TAKEN,
            "finished_at": timezone.now(),
        }
        return Job.objects.create(**values | more)

    return make


def told(user: Any, who_of: Any) -> str:
    return lines(NOTICES.name, user, who_of)


def test_whoever_asked_is_told_with_cause_and_link(cast: Cast, fails: Any, who_of: Any) -> None:
    job = fails()
    line = told(cast.bob, who_of)
    assert "Start web on web1 failed: port 8080 is taken by shop on web1." in line
    assert f'data-url="/jobs/{job.pk}/"' in line
    for other in (cast.alice, cast.charlie):
        assert told(other, who_of) == ""


@pytest.mark.parametrize(
    "more",
    [
        {"state": "ok"},
        {"state": "cancelled"},
        {"state": "running", "finished_at": None},
        {"finished_at": timezone.now() - timedelta(hours=25)},
        {"who": {"name": "Bob", "door": "api", "token": "ci"}},
    ],
    ids=["done", "cancelled", "running", "old", "a script's"],
)
def test_what_is_no_news_is_not(cast: Cast, fails: Any, who_of: Any, more: dict[str, Any]) -> None:
    fails(**more)
    assert told(cast.bob, who_of) == ""


def test_closed_it_is_told_no_more(cast: Cast, fails: Any, who_of: Any, browser_of: Any) -> None:
    job, other = fails(), fails(object_name="db")
    data = {"job": job.pk, "until": job.pk}
    # it is Bob's to close
    assert browser_of(cast.alice).send("/jobs/seen/", data).status_code == 204
    assert "Start web" in told(cast.bob, who_of)
    assert browser_of(cast.bob).send("/jobs/seen/", data).status_code == 204
    assert "Start web" not in told(cast.bob, who_of)
    assert "Start db" in told(cast.bob, who_of)
    other.refresh_from_db()
    assert other.failure_seen_at is None


def test_its_page_opened_it_is_seen_by_the_asker_alone(
    cast: Cast, fails: Any, who_of: Any, browser_of: Any
) -> None:
    job = fails()
    browser_of(cast.alice).get(f"/jobs/{job.pk}/")
    assert told(cast.bob, who_of)
    browser_of(cast.bob).get(f"/jobs/{job.pk}/")
    assert told(cast.bob, who_of) == ""


def test_500_failures_of_one_action_are_one_message(
    cast: Cast, fails: Any, who_of: Any, browser_of: Any
) -> None:
    batch = Batch.objects.create(verb="container.start", asked_by_name="Bob")
    first = fails(batch=batch)
    rows = []
    for _number in range(499):
        row = Job.objects.get(pk=first.pk)
        row.pk = None
        rows.append(row)
    Job.objects.bulk_create(rows)
    fails(batch=batch, state="ok")
    line = told(cast.bob, who_of)
    assert line.count("<p ") == 1
    assert (
        "Start: 500 of 501 failed: web on web1 and 497 more (port 8080 is taken by shop on web1)."
        in line
    )
    assert f'data-url="/jobs/?q=batch:{batch.pk}+state:trouble"' in line
    browser = browser_of(cast.bob)
    assert "500" in browser.get("/").content.decode()
    page = browser.get(f"/jobs/?q=batch:{batch.pk}+state:trouble").content.decode()
    assert "of 500" in page
    newest = Job.objects.latest("pk").pk
    browser.send("/jobs/seen/", {"batch": batch.pk, "until": newest})
    assert told(cast.bob, who_of) == ""
    # what fails after that is new
    late = fails(batch=batch)
    assert f'data-url="/jobs/{late.pk}/"' in told(cast.bob, who_of)


def test_a_batch_says_of_each_why(cast: Cast, fails: Any, who_of: Any) -> None:
    batch = Batch.objects.create(verb="container.restart", asked_by_name="Bob")

    def one(name: str, error: str) -> None:
        fails(batch=batch, verb="container.restart", object_name=name, error=error)

    one("batch-05", "Port 8002 is taken by web on h2.")
    one("batch-07", "Port 8001 is taken by web on h1.")
    both = (
        "Restart: 2 of 2 failed: batch-05 (port 8002 is taken by web on h2), "
        "batch-07 (port 8001 is taken by web on h1)."
    )
    assert both in told(cast.bob, who_of)
    one("batch-08", "Port 8001 is taken by web on h1.")
    assert "batch-07, batch-08 (port 8001 is taken by web on h1)." in told(cast.bob, who_of)
    one("batch-09", "x" * 2000)
    assert "batch-07, batch-08 (port 8001 is taken by web on h1) and 1 more." in told(
        cast.bob, who_of
    )


def test_a_batch_of_one_cause_names_it_once(cast: Cast, fails: Any, who_of: Any) -> None:
    batch = Batch.objects.create(verb="container.start", asked_by_name="Bob")
    for name in ("a", "b"):
        fails(batch=batch, object_name=name)
    words = "Start: 2 of 2 failed: a, b (port 8080 is taken by shop on web1)."
    assert words in told(cast.bob, who_of)
    # a long refusal leaves the message its size
    batch.jobs.update(error="y" * 2000)
    assert len(told(cast.bob, who_of)) < 700


def test_many_actions_are_a_few_messages(cast: Cast, fails: Any, who_of: Any) -> None:
    for number in range(9):
        fails(object_name=f"c{number}")
    line = told(cast.bob, who_of)
    assert line.count("<p ") == 4
    assert "6 more actions of yours failed" in line


def test_needs_attention_until_it_works_or_an_hour_is_over(
    cast: Cast, fails: Any, browser_of: Any
) -> None:
    browser = browser_of(cast.alice)
    words = "Start web on web1 failed"

    def shown() -> tuple[bool, bool]:
        page = browser.get("/").content.decode()
        number = page.partition('data-count-of="jobs-failed"')[2].partition("</span>")[0]
        return words in page, number.endswith(">1")

    assert shown() == (False, False)
    job = fails()
    assert shown() == (True, True)
    again = fails(state="ok", error="")
    assert shown() == (False, False)
    again.delete()
    assert shown() == (True, True)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(minutes=61))
    assert shown() == (False, False)


def test_of_an_object_the_newest_failed_try_counts(cast: Cast, fails: Any, browser_of: Any) -> None:
    browser = browser_of(cast.alice)

    def rows() -> tuple[int, bool]:
        page = browser.get("/").content.decode()
        number = page.partition('data-count-of="jobs-failed"')[2].partition("</span>")[0]
        return page.count(" failed: port 8080"), number.endswith(">1")

    fails()
    fails(verb="container.restart")
    fails(verb="container.restart", error="Port 8080 is still taken.")
    assert rows() == (1, True)
    assert "port 8080 is still taken" in browser.get("/").content.decode()
    # not another's, nor what leaves the object as it was
    fails(object_id="cd" * 32, object_name="web")
    fails(verb="container.export", state="ok", error="")
    assert rows() == (2, False)
    fails(object_id="cd" * 32, object_name="web", verb="container.remove", state="ok", error="")
    assert rows() == (1, True)
    fails(verb="container.start", state="ok", error="")
    assert rows() == (0, False)


@pytest.mark.parametrize(("count", "words"), [(4, "1 more action failed"), (5, "2 more actions")])
def test_what_more_failed_is_counted_in_words(
    cast: Cast, fails: Any, browser_of: Any, count: int, words: str
) -> None:
    for number in range(count):
        fails(object_name=f"c{number}")
    assert words in browser_of(cast.alice).get("/").content.decode()


def test_the_list_of_jobs_says_why(cast: Cast, fails: Any, browser_of: Any) -> None:
    job = fails(error="Podman's <b>refusal</b>")
    fails(state="ok", error="", object_name="fine")
    page = browser_of(cast.alice).get("/jobs/").content.decode()
    assert page.count('class="row-failure"') == 1
    line = page.partition('class="row-failure"')[2].partition("</a>")[0]
    assert f'href="/jobs/{job.pk}/"' in line
    assert line.count("Podman&#x27;s &lt;b&gt;refusal&lt;/b&gt;") == 2


def test_nobody_is_told_of_jobs_that_they_may_not_see(
    cast: Cast, fails: Any, browser_of: Any
) -> None:
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    other = Endpoint.objects.get(host__name="web2")
    Grant.objects.create(
        user=cast.charlie, role=Role.objects.get(name="viewer"), endpoint=other, made_by="Alice"
    )
    fails()
    page = browser_of(cast.charlie).get("/").content.decode()
    assert "Start web on web1" not in page
    assert 'data-count-of="jobs-failed" hidden' in page
    fails(cast.charlie, object_name="mine")
    assert "Start mine on web1 failed" in browser_of(cast.charlie).get("/").content.decode()


def test_it_rings_also_by_the_clock(cast: Cast, fails: Any, who_of: Any) -> None:
    before = stamps()
    job = fails()
    after = stamps()
    assert "failures" in changed_topics(before, after)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(minutes=61))
    later = stamps()
    assert "failures" in changed_topics(after, later)
    assert failures.mark_seen(Person(cast.bob, who_of(cast.bob)), Q()) == 1
    assert "failures" in changed_topics(later, stamps())


def test_the_row_and_the_page_say_it_until_the_next_change(
    cast: Cast, fails: Any, hosts: Hosts, browser_of: Any
) -> None:
    row = hosts.add(hosts.web1, "container", "web", state="created")
    browser = browser_of(cast.alice)
    words = "start failed: port 8080 is taken by shop on web1."

    def said() -> set[bool]:
        pages = ("/containers/", f"/containers/{row.endpoint_id}/{row.podman_id}/")
        return {words in browser.get(page).content.decode() for page in pages}

    assert said() == {False}
    job = fails(object_id=row.podman_id)
    assert said() == {True}
    fails(object_id=row.podman_id, verb="container.start", state="ok", error="")
    assert said() == {False}
    later = fails(object_id=row.podman_id)
    assert said() == {True}
    # while it is tried again the old end is none
    for state in ("queued", "running"):
        again = fails(object_id=row.podman_id, state=state, error="", finished_at=None)
        assert said() == {False}
        again.delete()
    assert said() == {True}
    row.changed_at = later.finished_at + timedelta(seconds=5)
    row.save()
    assert said() == {False}
    job.delete()


def test_what_a_run_left_behind_says_why(
    cast: Cast, fails: Any, hosts: Hosts, browser_of: Any
) -> None:
    job = fails(verb="container.run", object_id="", result={"kind": "container", "id": "x"})
    row = hosts.add(
        hosts.web1, "container", "web", state="created", labels={JOB_LABEL: mark(job.pk)}
    )
    address = f"/containers/{row.endpoint_id}/{row.podman_id}/"
    words = "run failed: port 8080 is taken by shop on web1."
    assert words in browser_of(cast.alice).get(address).content.decode()
    # a label that somebody on the host made up
    row.labels = {JOB_LABEL: str(job.pk)}
    row.save()
    assert words not in browser_of(cast.alice).get(address).content.decode()


@pytest.mark.parametrize(
    ("refusal", "port"),
    [
        (
            "cannot listen on the TCP port: listen tcp4 :8080: bind: address already in use",
            8080,
        ),
        ("rootlessport listen udp 0.0.0.0:53: bind: address already in use", 53),
        (
            "pasta failed with exit code 1:\nFailed to bind port 8080 (Address already in use) "
            "for option '-t 8080-8080:80-80'",
            8080,
        ),
        ("cannot listen on the TCP port: listen tcp4 1.2.3.4:8: cannot assign", None),
    ],
)
def test_podmans_refusals_of_a_port(
    cast: Cast, fails: Any, hosts: Hosts, refusal: str, port: int | None
) -> None:
    job = fails()
    assert is_port_clash(refusal) == (port is not None)
    if port is None:
        assert port_clash(job, refusal) == ""
        return
    assert port_clash(job, refusal) == f"Port {port} is taken on web1."
    protocol = "udp" if "udp" in refusal else "tcp"
    ports = [{"host_port": port - 1, "range": 3, "protocol": protocol, "container_port": 80}]
    # rootful and rootless share the host's ports
    hosts.add(hosts.seal, "container", "shop", state="running", ports=ports)
    assert port_clash(job, refusal) == f"Port {port} is taken by shop on web1."
