"""Live notices on every page: decisions for the asker, and freeze windows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from dashboard.live.render import rows_html
from dashboard.live.spec import spec_named
from dashboard.live.stamps import changed_topics, stamps
from dashboard.live.view import run, view_of
from hosts.access import Person
from hosts.jobs.approvals import expire
from hosts.models import Approval, FreezeWindow, Grant, Group
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.dashboard.pages.test_approvals import held
from tests.hosts.guardrails.conftest import rail
from tests.one_line import one_line

__all__ = ["held", "hosts", "rail"]
pytestmark = pytest.mark.django_db


def lines(name: str, user: Any, who_of: Any) -> str:
    """What the list tells this person now."""
    spec, person = spec_named(name), Person(user, who_of(user))
    assert spec is not None
    return one_line("".join(rows_html(spec, run(view_of(spec, {}), person).rows, person)))


@pytest.mark.parametrize(
    ("deed", "words"), [("approve", "approved"), ("refuse", "did not approve")]
)
def test_the_asker_is_told_what_was_decided_on_a_job(
    cast: Cast, held: Any, browser_of: Callable[..., Any], who_of: Any, deed: str, words: str
) -> None:
    job, row, _rule = held
    assert lines("requests-decided", cast.bob, who_of) == ""
    answer = {"answer": "<b>until</b> noon"}
    browser_of(cast.alice).send(f"/access/requests/approvals/{row.pk}/{deed}/", answer)
    told = lines("requests-decided", cast.bob, who_of)
    assert f"Alice {words}: Run reader. “&lt;b&gt;until&lt;/b&gt; noon”" in told
    assert f'data-url="/jobs/{job.pk}/"' in told
    for user in (cast.alice, cast.charlie):
        assert lines("requests-decided", user, who_of) == ""


def test_and_that_nobody_decided(cast: Cast, held: Any, who_of: Any) -> None:
    Approval.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    assert expire() == 1
    assert "Nobody approved within 24 hours" in lines("requests-decided", cast.bob, who_of)


def window(**more: Any) -> Any:
    now = timezone.now()
    times = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
    return FreezeWindow.objects.create(name="year's end", **times | more)


def test_a_window_that_opens_and_ends_by_time_is_noticed(
    cast: Cast, hosts: Hosts, who_of: Any
) -> None:
    """Nobody does anything then, so nothing rings: the hub looks by itself."""
    now = timezone.now()
    row = window(starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
    before = stamps()
    assert lines("freezes", cast.bob, who_of) == ""
    assert changed_topics(before, stamps()) == set()
    row.starts_at = now - timedelta(hours=1)
    type(row).objects.bulk_update([row], ["starts_at"])
    after = stamps()
    assert changed_topics(before, after) == {"freezes"}
    assert "year&#x27;s end" in lines("freezes", cast.bob, who_of)
    row.ends_at = now - timedelta(minutes=1)
    type(row).objects.bulk_update([row], ["ends_at"])
    assert changed_topics(after, stamps()) == {"freezes"}
    assert lines("freezes", cast.bob, who_of) == ""


def test_the_banner_is_the_live_line_and_names_groups_that_one_sees(
    cast: Cast, hosts: Hosts, browser_of: Callable[..., Any], who_of: Any
) -> None:
    row = window(everywhere=False)
    row.groups.set([Group.objects.get(name="prod"), Group.objects.create(name="secret-deal")])
    told = lines("freezes", cast.bob, who_of)
    assert "prod, secret-deal" in told
    assert told in browser_of(cast.bob).get("/jobs/").content.decode()
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    viewer = Role.objects.get(name="viewer")
    Grant.objects.create(user=cast.charlie, role=viewer, endpoint=hosts.web1, made_by="Alice")
    told = lines("freezes", cast.charlie, who_of)
    assert "prod" in told
    assert "secret-deal" not in told
