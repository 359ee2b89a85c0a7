"""A try that broke between the create and the look looks again before anything starts."""

from typing import Any

import pytest

from hosts.actions.containers import restore_container
from hosts.actions.run import run_container
from tests.hosts.guardrails.conftest import rail

__all__ = ["rail"]
pytestmark = pytest.mark.django_db(transaction=True)
PARAMS = {"image": "localhost/busybox", "name": "x"}


def asked(person: Any, endpoint: Any) -> Any:
    return run_container.ask(person, endpoint.pk, params=PARAMS, env={})


@pytest.mark.parametrize("honest", [True, False])
def test_what_was_taken_up_is_looked_at_before_it_starts(
    honest: bool,
    worker: Any,
    person: Any,
    endpoint: Any,
    podman: Any,
    ended: Any,
    vault_keys: Any,
    rail: Any,
) -> None:
    """The answer to the create was lost: the next try finds by its label what was made."""
    rail("privileged")
    lost = iter([False])
    podman.during = lambda verb: next(lost, True) if verb == "create" else True
    if not honest:
        podman.bend = lambda told: {**told, "HostConfig": {"Privileged": True}}
    job = asked(person, endpoint)
    worker().hand_over([job.pk])
    assert ended(job).state == ("ok" if honest else "denied"), job.error
    assert podman.done["create"] == 1
    assert podman.done["start"] == (1 if honest else 0)
    assert podman.done["remove"] == (0 if honest else 1)
    assert ("removed before it started" in job.error) == (not honest)


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("honest", [True, False])
def test_what_goes_on_after_a_checkpoint_is_looked_at_once_more(
    honest: bool,
    answered: bool,
    worker: Any,
    person: Any,
    endpoint: Any,
    container: Any,
    podman: Any,
    ended: Any,
    rail: Any,
) -> None:
    """It runs from the first moment, so it is stopped and kept; also where the answer was lost."""
    rail("privileged")
    row = container("a", running=False)
    podman.during = lambda verb: answered or verb != "restore"
    podman.bend = lambda told: (
        told
        if honest or not podman.done["restore"]
        else {**told, "HostConfig": {"Privileged": True}}
    )
    job = restore_container.ask(person, (endpoint.pk, row.podman_id))
    worker().hand_over([job.pk])
    assert ended(job).state == ("ok" if honest else "denied"), (job.error, job.cause)
    assert podman.done["restore"] == 1
    assert podman.done["kill"] == (0 if honest else 1)
    assert podman.containers[row.podman_id]["running"] == honest
    assert ("It was stopped, and was not removed." in job.error) == (not honest)
