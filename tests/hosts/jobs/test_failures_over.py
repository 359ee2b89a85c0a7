"""A job that ends well tells open pages that a failure of the same object counts no more."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import write
from audit.shapes import Target
from dashboard.live import stamps
from hosts import bells
from hosts.jobs.outcome import Outcome, write_outcomes
from hosts.models import Job
from tests.dashboard.live.conftest import valkey

__all__ = ["valkey"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job(endpoint: Any, person: Any) -> Callable[..., Any]:
    """`job("web", state)`: a start of that container with its intent; by default it runs."""

    def make(name: str, state: str = "running", **more: Any) -> Any:
        with transaction.atomic():
            intent = write.intent(person.who, "container.start", Target("container", name, name))
        values = {
            "verb": "container.start",
            "endpoint": endpoint,
            "object_kind": "container",
            "object_id": name,
            "object_name": name,
            "asked_by": person.user,
            "intent": intent,
            "state": state,
            "claim": 1,
            "finished_at": None if state == "running" else timezone.now(),
        }
        return Job.objects.create(**values | more)

    return make


@pytest.fixture
def rung(valkey: Any) -> Iterator[Callable[..., list[str]]]:
    """`rung(job, …, state)`: the bells at the common end of these jobs."""
    with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as ear:
        # the group's name in Redis, as the channel layer has it
        ear.subscribe(f"haulout__group__{bells.GROUP}")
        assert ear.get_message(timeout=5)["type"] == "subscribe"

        def end(*jobs: Any, state: str = "ok") -> list[str]:
            found = [Outcome(job_id=one.pk, claim=1, state=state) for one in jobs]
            assert write_outcomes(found) == len(jobs)
            bell = get_channel_layer().deserialize(ear.get_message(timeout=5)["data"])
            return sorted(bell["topics"])

        yield end


QUIET = ["audit", "jobs"]
LOUD = ["audit", "failures", "jobs"]


def test_only_where_an_earlier_failure_counted(rung: Any, job: Any) -> None:
    assert rung(job("web")) == QUIET
    job("web", "failed")
    assert rung(job("db")) == QUIET
    assert rung(job("web")) == LOUD
    # it was overtaken: once is enough
    assert rung(job("web")) == QUIET
    job("web", "unknown")
    assert rung(job("db"), job("web")) == LOUD


def test_a_failure_in_trouble_tells_anyway(rung: Any, job: Any) -> None:
    assert rung(job("web"), state="failed") == LOUD
    assert rung(job("web"), state="cancelled") == QUIET


def test_another_verb_takes_the_words_from_beside_the_object(rung: Any, job: Any) -> None:
    job("web", "failed")
    assert rung(job("web", verb="container.export")) == LOUD


@pytest.mark.parametrize(
    "more",
    [
        {"finished_at": timezone.now() - timedelta(hours=25)},
        {"object_id": "another"},
        {"object_kind": "pod"},
        {"state": "cancelled"},
    ],
    ids=["old", "another object", "another kind", "cancelled"],
)
def test_what_counted_nowhere_rings_nothing(rung: Any, job: Any, more: dict[str, Any]) -> None:
    job("web", **{"state": "failed", "finished_at": timezone.now()} | more)
    assert rung(job("web")) == QUIET


def test_a_failure_after_it_is_not_overtaken(rung: Any, job: Any) -> None:
    asked_before = job("web")
    job("web", "failed")
    assert rung(asked_before) == QUIET


def test_a_group_of_fifty_costs_one_question_more(rung: Any, job: Any) -> None:
    def questions(state: str) -> int:
        jobs = [job(f"web-{number}") for number in range(50)]
        with CaptureQueriesContext(connection) as asked:
            rung(*jobs, state=state)
        return len(asked)

    assert questions("ok") == questions("cancelled") + 1


def test_pages_hear_of_it_without_bells_too(rung: Any, job: Any) -> None:
    job("web", "failed")
    before = stamps.stamps()
    rung(job("web"))
    assert "failures" in stamps.changed_topics(before, stamps.stamps())
