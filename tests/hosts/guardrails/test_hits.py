"""How often rules are met: counted where a click or a worker found something, and never in a job's way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from hosts.access import Person
from hosts.actions.approvals import decide
from hosts.actions.run import create_container
from hosts.guardrails import GuardrailRefused, NeedsApproval, check, from_spec, hits
from hosts.guardrails.hits import HitCounts
from hosts.models import Job, RuleMet
from tests.hosts.jobs.conftest import container, ended, endpoint, person, podman, vault_keys, worker
from tests.lab.wait import until

__all__ = ["container", "ended", "endpoint", "person", "podman", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
PARAMS = {"image": "quay.io/x/y:1", "privileged": True, "pull": "never"}


def asked(person: Any, endpoint: Any, reason: str = "") -> Any:
    return create_container.ask(
        replace(person, reason=reason), endpoint.pk, params=PARAMS, env={"KEY": "s3cret"}
    )


def test_what_a_rule_led_to_is_counted(
    person: Any, endpoint: Any, vault_keys: None, rail: Any
) -> None:
    warns, strict = rail("images", severity="warn", allow=["localhost/*"]), rail("privileged")
    with pytest.raises(GuardrailRefused):
        asked(person, endpoint)
    assert hits.hit_counts() == {warns.pk: HitCounts(warned=1), strict.pk: HitCounts(refused=1)}
    strict.severity = "ask"
    strict.save()
    asked(person, endpoint, reason="it has to be")
    assert hits.hit_counts() == {
        warns.pk: HitCounts(warned=2),
        strict.pk: HitCounts(refused=1, asked=1),
    }
    assert hits.hit_counts()[strict.pk].any


def test_a_question_without_a_reason_is_not_counted_yet(
    person: Any, endpoint: Any, vault_keys: None, rail: Any
) -> None:
    rail("privileged", severity="ask")
    with pytest.raises(NeedsApproval):
        asked(person, endpoint)
    assert hits.hit_counts() == {}


def test_click_and_work_of_one_job_count_once(
    person: Any, endpoint: Any, worker: Any, ended: Any, podman: Any, vault_keys: None, rail: Any
) -> None:
    warns = rail("privileged", severity="warn")
    job = asked(person, endpoint)
    worker().hand_over([job.pk])
    assert ended(job).state == "ok", job.error
    assert hits.hit_counts() == {warns.pk: HitCounts(warned=1)}


def test_what_the_worker_comes_upon_is_counted_when_it_asks_and_not_again(
    cast: Any,
    who_of: Any,
    person: Any,
    endpoint: Any,
    worker: Any,
    ended: Any,
    podman: Any,
    vault_keys: None,
    rail: Any,
) -> None:
    job = asked(person, endpoint)
    rule = rail("privileged", severity="ask")
    loop = worker()
    loop.hand_over([job.pk])
    until("it waits", lambda: Job.objects.filter(pk=job.pk, state="held").exists())
    assert hits.hit_counts() == {rule.pk: HitCounts(asked=1)}
    decide.approve(Person(cast.alice, who_of(cast.alice)), job.approvals.get(state="asked").pk)
    loop.hand_over([job.pk])
    assert ended(job).state == "ok", job.error
    assert hits.hit_counts() == {rule.pk: HitCounts(asked=1)}


@pytest.fixture
def no_table() -> Iterator[None]:
    """The table is elsewhere: each count fails in the database itself."""
    name = RuleMet._meta.db_table
    with connection.schema_editor() as editor:
        editor.alter_db_table(RuleMet, name, f"{name}_gone")
    yield
    with connection.schema_editor() as editor:
        editor.alter_db_table(RuleMet, f"{name}_gone", name)


@pytest.mark.usefixtures("no_table")
def test_what_cannot_be_counted_is_done_all_the_same(
    person: Any,
    endpoint: Any,
    vault_keys: None,
    rail: Any,
    entries: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    rule = rail("privileged", severity="warn")
    job = asked(person, endpoint)
    job.refresh_from_db()
    assert (job.state, job.intent > 0) == ("queued", True)
    assert "could not count" in caplog.text
    rule.severity = "refuse"
    rule.save()
    with pytest.raises(GuardrailRefused):
        asked(person, endpoint)
    assert [one.kind for one in entries("container.create")] == ["intent", "refusal"]


def test_a_rule_that_went_meanwhile_stops_nothing(
    person: Any, endpoint: Any, vault_keys: None, rail: Any
) -> None:
    rule = rail("privileged", severity="warn")
    spec = {"image": "quay.io/x/y:1", "privileged": True}
    verdict = check(endpoint, from_spec.container("container.run", spec))
    hits.record_hits(verdict.findings)
    rule.delete()
    assert not RuleMet.objects.exists()
    hits.record_hits(verdict.findings)
    assert RuleMet.objects.count() == 1


def test_what_is_past_its_time_is_not_counted_and_is_forgotten(
    person: Any, endpoint: Any, vault_keys: None, rail: Any
) -> None:
    rule = rail("privileged", severity="warn")
    asked(person, endpoint)
    asked(person, endpoint)
    old = RuleMet.objects.order_by("pk").first()
    assert old is not None
    RuleMet.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=31))
    assert hits.hit_counts() == {rule.pk: HitCounts(warned=1)}
    assert hits.tidy() == 1
    assert RuleMet.objects.count() == 1


def test_a_days_counts_are_added_up_and_none_is_lost(
    person: Any, endpoint: Any, vault_keys: None, rail: Any
) -> None:
    rule, other = rail("privileged", severity="warn"), rail("privileged", severity="refuse")
    noon = timezone.now().replace(hour=12, minute=0) - timedelta(days=3)
    for days, severity in ((0, "warn"), (0, "warn"), (0, "refuse"), (1, "warn"), (1, "warn")):
        row = RuleMet.objects.create(rule=rule, severity=severity)
        RuleMet.objects.filter(pk=row.pk).update(at=noon + timedelta(days=days))
    RuleMet.objects.create(rule=rule, severity="warn")
    RuleMet.objects.create(rule=rule, severity="warn")
    RuleMet.objects.create(rule=other, severity="refuse", at=noon)
    before = hits.hit_counts()
    assert before == {rule.pk: HitCounts(warned=6, refused=1), other.pk: HitCounts(refused=1)}
    # two of each day; those of this hour stand apart
    assert hits.tidy() == 2
    assert hits.hit_counts() == before
    assert sorted(RuleMet.objects.values_list("n", flat=True)) == [1, 1, 1, 1, 2, 2]
    RuleMet.objects.create(rule=rule, severity="warn", at=noon - timedelta(hours=2))
    assert hits.tidy() == 1
    assert hits.hit_counts()[rule.pk] == HitCounts(warned=7, refused=1)
    assert hits.tidy() == 0
