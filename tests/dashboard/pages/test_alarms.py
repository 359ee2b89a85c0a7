"""An alarm is in "Needs attention" for a day, for people who may read the log."""

from datetime import timedelta
from typing import Any

import pytest

from audit.models import Entry
from dashboard.pages.overview import alarms
from hosts.guardrails import Finding, Severity, Verdict
from hosts.jobs.alarm import sentence, write_alarm
from hosts.models import Job
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)


def alarm(fleet: Fleet) -> Any:
    job = Job.objects.create(
        verb="container.run",
        endpoint=fleet.root1,
        object_kind="container",
        object_name="victim",
        asked_by_name="Bob",
        intent=0,
    )
    found = Finding("no privileged", 1, Severity.REFUSE, "HostConfig.Privileged", "it gets all.")
    verdict = Verdict((found,), 1)
    write_alarm(job, verdict, "", sentence(verdict, "", "Bob"))
    return Entry.objects.get(verb="guardrail.alarm")


def test_it_leads_to_its_entry(fleet: Fleet, cast: Any, browser_of: Any) -> None:
    entry = alarm(fleet)
    assert entry.params["rules"] == ["no privileged"]
    assert entry.params["fields"] == ["HostConfig.Privileged"]
    page = browser_of(cast.alice).get("/").content.decode()
    assert "Blocked by a guardrail: victim on web1 was created but not started" in page
    assert f"/audit/{entry.number}/" in page
    shown = browser_of(cast.alice).get(f"/audit/{entry.number}/").content.decode()
    assert "refuses what Podman created (HostConfig.Privileged)" in shown


def test_who_may_not_read_the_log_is_told_nothing(fleet: Fleet, cast: Any, browser_of: Any) -> None:
    alarm(fleet)
    assert "broke a guardrail" not in browser_of(fleet.erin).get("/").content.decode()


def test_after_a_day_it_is_gone(
    fleet: Fleet, cast: Any, browser_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm(fleet)
    monkeypatch.setattr(alarms, "RECENT", timedelta(0))
    assert "broke a guardrail" not in browser_of(cast.alice).get("/").content.decode()
