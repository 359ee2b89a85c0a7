"""A queue that no worker serves is said on the overview and above the list of jobs."""

from typing import Any

import pytest

from dashboard.live.stamps import changed_topics, stamps
from hosts.jobs import workers
from hosts.models import Job
from tests.cast import Cast
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db

WORDS = "No worker serves the queue “long”. 1 job waits."
START = "manage.py worker --queues long"


@pytest.mark.parametrize("path", ["/", "/jobs/"])
def test_it_is_said_with_the_command(path: str, fleet: Fleet, cast: Cast, browser_of: Any) -> None:
    workers.report("here:1", ["short", "waits"])
    Job.objects.create(verb="image.pull", endpoint=fleet.root1, queue="long", intent=0)
    page = browser_of(cast.bob).get(path).content.decode()
    assert WORDS in page
    assert START in page
    assert "queue “short”" not in page


@pytest.mark.parametrize("path", ["/", "/jobs/"])
def test_it_goes_when_a_worker_serves_it(
    path: str, fleet: Fleet, cast: Cast, browser_of: Any
) -> None:
    workers.report("here:1", ["short", "long", "waits"])
    assert "No worker serves" not in browser_of(cast.bob).get(path).content.decode()


def test_the_overview_looks_again_when_a_worker_comes_or_goes(db: None) -> None:
    before = stamps()
    workers.report("here:1", ["short"])
    one = stamps()
    assert changed_topics(before, one) == {"failures"}
    workers.end("here:1")
    assert changed_topics(one, stamps()) == {"failures"}
