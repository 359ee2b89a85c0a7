"""A health check that the host never runs stays `starting`: the pages say why."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from dashboard.pages.containers.tabs import show_health
from hosts.models import Container
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.one_line import one_line

__all__ = ["hosts"]
WORDS = "nothing on this host runs"


def inspected(minutes: float, **more: Any) -> dict[str, Any]:
    """As Podman 5.4 tells it without systemd: running for so long, not once checked."""
    started = timezone.now() - timedelta(minutes=minutes)
    health = {"Status": "starting", "FailingStreak": 0, "Log": more.pop("log", None)}
    check = {"Test": ["CMD-SHELL", "true"], "Interval": 30 * 10**9, "Timeout": 30 * 10**9}
    check |= {"StartPeriod": more.pop("start_s", 0) * 10**9, "Retries": 3}
    state = {"Running": True, "StartedAt": started.isoformat(), "Health": health}
    return {"State": state, "Config": {"Healthcheck": check, **more}}


def told(cast: Cast, row: Any, found: dict[str, Any]) -> str:
    context = {"row": row, "my_verbs": {"container.healthcheck"}, **show_health(row, found)}
    return one_line(render_to_string("containers/health.html", context))


def check_at(minutes: float) -> list[dict[str, Any]]:
    at = (timezone.now() - timedelta(minutes=minutes)).isoformat()
    return [{"Start": at, "ExitCode": 0, "Output": ""}]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (lambda: inspected(12), True),
        # from before it was started
        (lambda: inspected(12, log=check_at(13)), True),
        (lambda: inspected(12, log=check_at(11)), False),
        (lambda: inspected(1.5), False),
        (lambda: inspected(12, start_s=900), False),
        (lambda: inspected(12, StartupHealthCheck={"Test": ["CMD-SHELL", "true"]}), False),
    ],
    ids=["never", "before", "checked", "not due", "start period", "startup check"],
)
def test_the_tab_says_that_no_check_has_run(
    cast: Cast, hosts: Hosts, found: Callable[[], dict[str, Any]], said: bool
) -> None:
    row = hosts.add(hosts.web1, "container", "shop", image="x", state="running")
    # made now: the time from collecting to here would count
    page = told(cast, row, found())
    assert (f"Starting for 12\xa0minutes: {WORDS}" in page) is said
    assert ("“Check now” runs one." in page) is said
    assert "Check now</button>" in page


def test_the_summary_leads_there_after_ten_minutes(
    cast: Cast, hosts: Hosts, browser_of: Any
) -> None:
    row = hosts.add(hosts.web1, "container", "shop", image="x", state="running", health="starting")
    bob = browser_of(cast.bob)
    address = f"/containers/{row.endpoint_id}/{row.podman_id}/"
    for minutes, said in ((5, False), (12, True)):
        Container.objects.update(started_at=timezone.now() - timedelta(minutes=minutes))
        page = bob.get(address).content.decode()
        assert (f"probably {WORDS}" in page) is said
        assert (f'(<a href="{address}health/">details</a>)' in page) is said
