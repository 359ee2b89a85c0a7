"""B10: terminals and readings name the grant that allowed them, as jobs do."""

from typing import Any

import pytest

from dashboard.streams.log_access import write_log_access
from hosts.access import Person, grounds
from hosts.actions.containers.open_terminal import VERBS, WATCH, ExecOptions, begin, watch
from hosts.actions.files.read_file import enter
from hosts.models import Container
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)


def test_terminals_and_readings_name_their_grant(
    fleet: Fleet, cast: Any, who_of: Any, entries: Any
) -> None:
    person = Person(cast.bob, who_of(cast.bob))
    row = Container.objects.select_related("endpoint__host").get(
        endpoint=fleet.root1, podman_id="shop0"
    )
    opened = begin(person, (row.endpoint_id, row.podman_id), ExecOptions())
    watch(person, opened, owner="Alice")
    write_log_access("a session", person, [row])
    enter(person, "container", row, what="list", path="/")
    for verb in (VERBS[ExecOptions().kind], WATCH, "container.logs", "container.files"):
        [entry] = entries(verb)
        assert entry.grant
        assert entry.grant == grounds(person, verb, row.endpoint, row).words, verb


def test_shown_environments_name_their_grant(
    fleet: Fleet, cast: Any, browser_of: Any, entries: Any
) -> None:
    """The host is away: the entry is written before it is asked."""
    browser = browser_of(cast.bob)
    answer = browser.send(f"/containers/{fleet.root1.pk}/shop0/inspect/", {})
    assert answer.status_code == 200, answer.status_code
    [entry] = entries("container.environment")
    assert entry.grant
