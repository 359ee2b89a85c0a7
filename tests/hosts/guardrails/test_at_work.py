"""The worker asks once more: a rule made between the click and the work counts."""

from typing import Any

import pytest

from audit.models import Entry
from hosts.actions.run import create_container
from tests.hosts.jobs.conftest import (
    container,
    ended,
    endpoint,
    person,
    podman,
    vault_keys,
    worker,
)

__all__ = ["container", "ended", "endpoint", "person", "podman", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_rule_made_after_the_click_stops_the_job(
    worker: Any, person: Any, endpoint: Any, podman: Any, ended: Any, vault_keys: Any, rail: Any
) -> None:
    params = {"image": "quay.io/x/y:1", "privileged": True, "pull": "never"}
    job = create_container.ask(person, endpoint.pk, params=params, env={})
    rule = rail("privileged")
    worker().hand_over([job.pk])
    assert ended(job).state == "denied"
    assert rule.name in job.error
    assert podman.done["create"] == 0
    [outcome] = Entry.objects.filter(intent=job.intent, kind="outcome")
    assert outcome.result == "denied"


def test_a_warning_stands_in_the_jobs_output(
    worker: Any, person: Any, endpoint: Any, podman: Any, ended: Any, vault_keys: Any, rail: Any
) -> None:
    rule = rail("privileged", severity="warn")
    params = {"image": "quay.io/x/y:1", "privileged": True, "pull": "never"}
    job = create_container.ask(person, endpoint.pk, params=params, env={})
    worker().hand_over([job.pk])
    assert ended(job).state == "ok", job.error
    assert podman.done["create"] == 1
    assert rule.name in job.output
