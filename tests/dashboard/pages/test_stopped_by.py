"""Who stopped a container, with the job, for people who see jobs."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from dashboard.pages.containers.stopped_by import attach_stopped_by
from dashboard.person import who_of
from hosts.access import Person
from hosts.models import Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]
ASKED = timedelta(seconds=12)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def stopped(hosts: Hosts, now: datetime) -> Any:
    """A container that ended five minutes ago, of a pod."""
    return hosts.add(
        hosts.web1,
        "container",
        "shop",
        state="exited",
        exit_code=143,
        started_at=now - timedelta(hours=3),
        exited_at=now - timedelta(minutes=5),
        pod_id="pod-herd",
        pod_name="herd",
    )


@pytest.fixture
def job(cast: Cast, stopped: Any) -> Any:
    """`job(verb)`: one of Alice's that was asked for 12 s before the container ended."""

    def make(verb: str = "container.stop", *, after: timedelta = -ASKED, **given: Any) -> Any:
        kind = verb.partition(".")[0]
        about = {"container": (stopped.podman_id, "shop"), "pod": ("pod-herd", "herd")}[kind]
        defaults: dict[str, Any] = {
            "asked_by_name": "Alice",
            "state": "ok",
            "result": {"changed": True},
            "finished_at": stopped.exited_at + after + ASKED,
            "object_id": about[0],
        }
        found = Job.objects.create(
            verb=verb,
            endpoint=stopped.endpoint,
            object_kind=kind,
            object_name=about[1],
            asked_by=cast.alice,
            intent=1,
            **{**defaults, **given},
        )
        Job.objects.filter(pk=found.pk).update(created_at=stopped.exited_at + after)
        return found

    return make


def places(browser: Any, row: Any) -> list[str]:
    """The list, its peek and the container's page."""
    page = f"/containers/{row.endpoint_id}/{row.podman_id}/"
    return [browser.get(url).content.decode() for url in ("/containers/", f"{page}peek/", page)]


def test_the_list_says_it_and_the_page_links_to_the_job(
    stopped: Any, job: Any, browser_of: Any, cast: Cast
) -> None:
    asked = job()
    listed, peek, page = places(browser_of(cast.alice), stopped)
    at = f"{stopped.exited_at:%Y-%m-%d %H:%M:%S} UTC"
    assert f'<td class="c-state" title="stopped by Alice, {at}">' in listed
    for text in (peek, page):
        assert f'<a href="/jobs/{asked.pk}/">stopped by Alice</a>' in text


def said(browser: Any) -> bool:
    text = browser.get("/containers/").content.decode()
    return "stopped by" in text or "killed by" in text


@pytest.mark.parametrize(
    ("verb", "given", "words"),
    [
        ("pod.stop", {}, "stopped by Alice"),
        ("container.kill", {}, "killed by Alice"),
        # it has not ended itself, and has stopped the container already
        ("container.stop", {"state": "running", "finished_at": None}, "stopped by Alice"),
        # clocks of host and Haulout are a minute apart
        ("container.stop", {"after": timedelta(minutes=1)}, "stopped by Alice"),
    ],
)
def test_what_counts(
    job: Any, browser_of: Any, cast: Cast, verb: str, given: Any, words: str
) -> None:
    job(verb, **given)
    assert words in browser_of(cast.alice).get("/containers/").content.decode()


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("container.stop", {"state": "failed"}),
        ("container.stop", {"result": {"changed": False}}),
        ("container.stop", {"object_id": "another"}),
        ("container.restart", {}),
        ("container.stop", {"after": -timedelta(minutes=30)}),
        ("container.stop", {"after": timedelta(minutes=30)}),
    ],
)
def test_what_does_not_count(job: Any, browser_of: Any, cast: Cast, verb: str, given: Any) -> None:
    job(verb, **given)
    assert not said(browser_of(cast.alice))


def test_an_end_after_another_start_is_not_that_stop(
    stopped: Any, job: Any, browser_of: Any, cast: Cast
) -> None:
    job(after=-timedelta(minutes=1))
    browser = browser_of(cast.alice)
    assert said(browser)
    type(stopped).objects.update(started_at=stopped.exited_at - timedelta(seconds=5))
    assert not said(browser)


def test_a_signal_that_it_lived_through_is_not_its_end(
    stopped: Any, job: Any, browser_of: Any, cast: Cast
) -> None:
    job("container.kill")
    type(stopped).objects.update(exit_code=1)
    assert not said(browser_of(cast.alice))


def test_of_two_the_later_one_that_changed_something_counts(
    stopped: Any, job: Any, browser_of: Any, cast: Cast
) -> None:
    job(asked_by_name="Early")
    job(asked_by_name="Late", after=-timedelta(seconds=5))
    job(asked_by_name="Idle", after=-timedelta(seconds=1), result={"changed": False})
    listed = browser_of(cast.alice).get("/containers/").content.decode()
    assert "stopped by Late" in listed


def test_who_sees_no_jobs_is_not_told(stopped: Any, job: Any, browser_of: Any, cast: Cast) -> None:
    job()
    role = Role.objects.create(name="looker", verbs=["container.view", "host.view"])
    cast.charlie.role = role
    cast.charlie.save()
    for text in places(browser_of(cast.charlie), stopped):
        assert "shop" in text
        assert "Alice" not in text


def test_a_running_one_asks_no_jobs(
    stopped: Any, cast: Cast, django_assert_num_queries: Any
) -> None:
    who = who_of(cast.alice, session="", peer="192.0.2.7", forwarded="", door="page")
    person = Person(cast.alice, who)
    attach_stopped_by([stopped], person)
    stopped.state = "running"
    with django_assert_num_queries(0):
        attach_stopped_by([stopped], person)
    assert stopped.stopped_by is None
