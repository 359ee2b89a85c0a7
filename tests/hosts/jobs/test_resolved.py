"""What was found of a job of unknown end: an entry once, words on its page, no failure where it was done."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from audit import write
from audit.models import Entry
from audit.shapes import Target
from dashboard.furniture.failures import messages_of
from dashboard.live import stamps
from hosts.jobs import failures, resolve
from hosts.jobs.handler import Settlement
from hosts.jobs.queues import QUEUES
from hosts.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
LOST = "The worker was lost after sending; the effect on the host is unknown."


@pytest.fixture
def unknown(endpoint: Any, person: Any) -> Any:
    """A build on web1 whose end nobody heard."""
    with transaction.atomic():
        number = write.intent(person.who, "image.build", Target("image", "", "shop:1"))
        write.outcome(number, "unknown", detail=LOST, duration_ms=1)
    return Job.objects.create(
        verb="image.build",
        endpoint=endpoint,
        host_name="web1",
        endpoint_name="web1",
        object_kind="image",
        object_name="shop:1",
        asked_by=person.user,
        asked_by_name="Bob",
        who={"name": "Bob", "door": "page"},
        intent=number,
        state="unknown",
        error=LOST,
        finished_at=timezone.now(),
    )


@pytest.mark.parametrize(
    ("settled", "result", "words"),
    [
        ("done", "ok", "it was done."),
        ("again", "failed", "it was not done."),
        ("unknown", None, "the result is unknown."),
    ],
)
def test_what_was_found_is_an_entry_once_and_stands_on_the_page(
    settled: str, result: str | None, words: str, unknown: Any, cast: Any, browser_of: Any
) -> None:
    assert [job.pk for job in resolve.unresolved(QUEUES)] == [unknown.pk]
    for _twice in range(2):
        resolve.write_resolution(unknown, Settlement(settled))
    assert resolve.unresolved(QUEUES) == []
    kept = Entry.objects.filter(kind="resolution").values_list("result", flat=True)
    assert list(kept) == ([result] if result else [])
    page = browser_of(cast.bob).get(f"/jobs/{unknown.pk}/").content.decode()
    assert f"<li>Checked on the host: {words}" in page


@pytest.mark.parametrize("settled", ["done", "again"])
def test_what_was_done_after_all_is_no_failure(settled: str, unknown: Any, person: Any) -> None:
    def told() -> list[str]:
        return [failure.text for failure, _job in messages_of(failures.unseen(person))[0]]

    assert told() == [
        "Build shop:1 on web1: outcome unknown: the worker was lost after sending; "
        "the effect on the host is unknown."
    ]
    before = stamps.stamps()
    resolve.write_resolution(unknown, Settlement(settled))
    failed = settled != "done"
    words = "Build shop:1 on web1 failed: checked on the host: it was not done."
    assert told() == ([words] if failed else [])
    assert failures.recent(person).count() == failed
    assert ("failures" in stamps.changed_topics(before, stamps.stamps())) == (not failed)
