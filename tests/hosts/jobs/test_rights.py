"""Jobs that have not begun end at once when their right is withdrawn; a running one goes on."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import token_actions
from accounts.models import Role, Token, User
from audit.models import Entry
from hosts.access import Person
from hosts.access.token_scope import scope_of
from hosts.actions.containers import restart_container
from hosts.actions.images import copy_image
from hosts.jobs import rights
from hosts.jobs.ask import ask
from hosts.jobs.errand import ActionFailed
from hosts.jobs.order import Order
from hosts.jobs.places import PER_ENDPOINT
from hosts.models import Grant, Job
from tests.lab.wait import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def helped(cast: Any, who_of: Any, endpoint: Any) -> Any:
    """Charlie, who holds nothing but a grant at the endpoint until a time; with the grant."""
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    grant = Grant.objects.create(
        user=cast.charlie,
        role=Role.objects.get(name="operator"),
        endpoint=endpoint,
        until=timezone.now() + timedelta(hours=1),
        made_by="Alice",
    )
    return Person(User.objects.get(pk=cast.charlie.pk), who_of(cast.charlie)), grant


def asked(person: Any, row: Any) -> Any:
    return restart_container.ask(person, (row.endpoint_id, row.podman_id))


def outcome_of(job: Any) -> Any:
    return Entry.objects.get(intent=job.intent, kind="outcome")


def test_a_queued_one_ends_denied(helped: Any, container: Any, person: Any) -> None:
    charlie, grant = helped
    his, other = asked(charlie, container("a")), asked(person, container("b"))
    assert rights.end_unpermitted() == 0
    grant.until = timezone.now() - timedelta(seconds=1)
    grant.save()
    assert rights.end_unpermitted() == 1
    his.refresh_from_db()
    other.refresh_from_db()
    assert (his.state, other.state) == ("denied", "queued")
    assert outcome_of(his).result == "denied"
    assert rights.end_unpermitted() == 0


def test_a_disabled_persons_too(container: Any, person: Any) -> None:
    job = asked(person, container("a"))
    person.user.is_active = False
    person.user.save()
    assert rights.end_unpermitted() == 1
    job.refresh_from_db()
    assert job.state == "denied"


def test_the_worker_sees_it_by_itself(
    helped: Any, container: Any, worker: Any, podman: Any, ended: Any
) -> None:
    """It was published a moment ago and nobody has taken it; the grant is over, without a bell."""
    charlie, grant = helped
    worker()
    job = asked(charlie, container("a"))
    grant.until = timezone.now() - timedelta(seconds=1)
    grant.save()
    assert ended(job).state == "denied"
    assert podman.done["restart"] == 0
    assert not Job.objects.filter(state__in=Job.OPEN).exists()


def test_one_that_waits_for_its_turn_ends_and_those_that_run_go_on(
    helped: Any, container: Any, worker: Any, podman: Any, ended: Any
) -> None:
    charlie, grant = helped
    go_on = threading.Event()

    def held(verb: str) -> bool:
        return go_on.wait(60)

    podman.during = held
    jobs = [asked(charlie, container(letter)) for letter in "abcdefg"]
    loop = worker()
    loop.hand_over([job.pk for job in jobs])
    try:
        until(
            "as many run as may at once",
            lambda: Job.objects.filter(step="act").count() == PER_ENDPOINT,
            timeout_s=20,
        )
        grant.until = timezone.now() - timedelta(seconds=1)
        grant.save()
        late = jobs[PER_ENDPOINT:]
        assert [ended(job).state for job in late] == ["denied"] * len(late)
    finally:
        go_on.set()
    first = jobs[:PER_ENDPOINT]
    assert [ended(job).state for job in first] == ["ok"] * PER_ENDPOINT
    assert podman.done["restart"] == PER_ENDPOINT


@pytest.mark.parametrize("end", ["revoked", "over", "narrower"])
def test_what_a_token_asked_ends_with_it(person: Any, container: Any, end: str) -> None:
    """One that was stolen has left nothing behind that still waits to be done."""
    in_a_day = timezone.now() + timedelta(days=1)
    verbs = ("host.view", "container.view", "container.restart")
    wanted = token_actions.TokenOptions("ci (old)", in_a_day, reach="verbs", verbs=verbs)
    token, _secret = token_actions.make(person.user, person.who, wanted, user=person.user)
    by_token = replace(person, scope=scope_of(token), who=replace(person.who, token=str(token)))
    job = asked(by_token, container("a"))
    assert rights.end_unpermitted() == 0
    assert rights.may(job, job.verb)
    # what else its owner may do is not the token's
    assert not rights.may(job, "container.remove")
    if end == "revoked":
        token_actions.revoke(person.user, person.who, token=token)
    elif end == "over":
        Token.objects.update(expires_at=timezone.now())
    else:
        Token.objects.update(read_only=True)
    assert not rights.may(job, job.verb)
    assert rights.end_unpermitted() == 1
    assert outcome_of(job).result == "denied"


@pytest.mark.parametrize("end", ["revoked", "narrower"])
def test_the_source_of_a_copy_is_asked_again_as_the_token(
    person: Any, endpoint: Any, end: str
) -> None:
    """It is no part of the job's own place, so the worker asks for it by itself."""
    in_a_day = timezone.now() + timedelta(days=1)
    verbs = ("host.view", "image.view", "image.copy")
    wanted = token_actions.TokenOptions("ci", in_a_day, reach="verbs", verbs=verbs)
    token, _secret = token_actions.make(person.user, person.who, wanted, user=person.user)
    by_token = replace(person, scope=scope_of(token), who=replace(person.who, token=str(token)))
    proposal = copy_image._proposal({"names": ["quay.io/team/shop:1"]})
    order = Order(
        endpoint=endpoint,
        kind="image",
        object_id="a" * 64,
        name="shop",
        params={},
        proposal=proposal,
    )
    job = ask(by_token, copy_image.VERB, order, queue="long")
    assert copy_image._source(job.pk, endpoint.pk) == endpoint
    if end == "revoked":
        token_actions.revoke(person.user, person.who, token=token)
    else:
        Token.objects.update(read_only=True)
    with pytest.raises(ActionFailed, match="no longer has the right"):
        copy_image._source(job.pk, endpoint.pk)
