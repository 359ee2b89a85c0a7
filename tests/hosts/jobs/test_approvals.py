"""Jobs that a guardrail holds back until a second person says yes."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import actions, token_actions
from accounts.models import Role, User
from audit.models import Entry
from hosts.access import Denied, NotVisible, Person, Scope
from hosts.actions import cancel_job
from hosts.actions.approvals import decide
from hosts.actions.containers import restart_container
from hosts.actions.kube import play_kube
from hosts.actions.kube.kube_plan import plan_of
from hosts.actions.run import create_container, run_spec
from hosts.guardrails import NeedsApproval, check, from_kube, from_spec
from hosts.guardrails.digest import digest
from hosts.jobs import approvals, lease, rights
from hosts.models import Approval, FreezeWindow, Job
from hosts.refusals import FieldRefusal
from tests.hosts.guardrails.conftest import rail
from tests.lab.wait import until

__all__ = ["rail"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]
WHY = "the card reader needs it"
PARAMS = {"image": "quay.io/x/y:1", "privileged": True, "pull": "never", "labels": {"a": "b"}}

KUBE = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: c
    image: quay.io/x/y:1
    command: [serve]
    securityContext: {privileged: true}
"""


def kube_of(text: str) -> Any:
    documents = (one.content for one in plan_of(text).documents)
    return from_kube.kube("kube.play", documents)


@pytest.fixture
def alice(cast: Any, who_of: Any) -> Any:
    """The administrator, who may approve."""
    return Person(cast.alice, who_of(cast.alice))


@dataclass
class Desk:
    """A worker, what the host was asked for, and how a job ends."""

    podman: Any
    worker: Any
    ended: Any


@pytest.fixture
def desk(podman: Any, worker: Any, ended: Any) -> Desk:
    return Desk(podman, worker, ended)


def asked(person: Any, endpoint: Any, reason: str = WHY) -> Any:
    who = replace(person, reason=reason)
    return create_container.ask(who, endpoint.pk, params=PARAMS, env={"KEY": "s3cret"})


def approval_of(job: Any) -> Any:
    return job.approvals.get(state="asked")


def outcome_of(job: Any) -> Any:
    return Entry.objects.get(intent=job.intent, kind="outcome")


def test_without_a_reason_nothing_is_asked(person: Any, endpoint: Any, rail: Any) -> None:
    rail("privileged", severity="ask")
    with pytest.raises(NeedsApproval, match="asks for approval"):
        asked(person, endpoint, reason="")
    assert not Job.objects.exists()


def test_it_waits_and_goes_on_once_somebody_else_says_yes(
    person: Any,
    alice: Any,
    endpoint: Any,
    desk: Desk,
    rail: Any,
    entries: Any,
) -> None:
    rule = rail("privileged", severity="ask")
    job = asked(person, endpoint)
    loop = desk.worker()
    loop.hand_over([job.pk])
    job.refresh_from_db()
    assert (job.state, job.sealed_params is not None) == ("held", True)
    row = approval_of(job)
    assert (row.reason, [one["rule"] for one in row.findings]) == (WHY, [rule.name])
    [intent] = entries("container.create")
    assert intent.params["approval"] == [rule.name]

    decide.approve(alice, row.pk, answer="go on")
    loop.hand_over([job.pk])
    assert desk.ended(job).state == "ok", job.error
    assert desk.podman.done["create"] == 1
    [entry] = entries("guardrail.approve")
    assert (entry.params["job"], entry.params["reason"], entry.who_name) == (job.pk, WHY, "Alice")
    # the worker's own spec was the one approved: nobody was asked twice
    assert job.approvals.count() == 1


def test_nobody_approves_their_own(alice: Any, endpoint: Any, rail: Any, entries: Any) -> None:
    rail("privileged", severity="ask")
    job = asked(alice, endpoint)
    by_token = replace(alice, scope=Scope(), who=replace(alice.who, token="ci", door="api"))
    for way in (alice, by_token):
        for deed in (decide.approve, decide.refuse):
            with pytest.raises(Denied):
                deed(way, approval_of(job).pk)
    job.refresh_from_db()
    assert job.state == "held"
    assert {entry.kind for entry in entries("guardrail.approve")} == {"refusal"}


def test_no_token_decides_and_nobody_for_a_service_account_of_theirs(
    cast: Any, alice: Any, who_of: Any, endpoint: Any, rail: Any
) -> None:
    rail("privileged", severity="ask")
    role = Role.objects.get(name="admin")
    robot, carol = (
        User.objects.create(email=f"{name}@example.org", name=name, role=role, kind=kind)
        for name, kind in (("robot", User.Kind.SERVICE), ("Carol", User.Kind.PERSON))
    )
    wanted = token_actions.TokenOptions("ci", timezone.now() + timedelta(days=1))
    token_actions.make(cast.alice, alice.who, wanted, user=robot)
    # who could approve once they are called otherwise
    actions.rename(cast.alice, alice.who, name="Somebody Else")
    alice = Person(cast.alice, who_of(cast.alice))
    job = asked(Person(robot, who_of(robot)), endpoint)
    carols = Person(carol, who_of(carol))
    by_token = replace(carols, scope=Scope())
    for person in (alice, by_token, Person(robot, who_of(robot))):
        with pytest.raises(Denied):
            decide.approve(person, approval_of(job).pk)
    decide.approve(carols, approval_of(job).pk)
    job.refresh_from_db()
    assert job.state == "queued"


def test_who_may_not_approve_sees_their_own_alone(
    cast: Any, person: Any, who_of: Any, endpoint: Any, rail: Any
) -> None:
    rail("privileged", severity="ask")
    job = asked(person, endpoint)
    with pytest.raises(Denied):
        decide.approve(person, approval_of(job).pk)
    with pytest.raises(NotVisible):
        decide.approve(Person(cast.charlie, who_of(cast.charlie)), approval_of(job).pk)


def test_refused_it_ends(person: Any, alice: Any, endpoint: Any, podman: Any, rail: Any) -> None:
    rail("privileged", severity="ask")
    job = asked(person, endpoint)
    row = approval_of(job)
    decide.refuse(alice, row.pk, answer="use the broker")
    job.refresh_from_db()
    assert (job.state, job.sealed_params) == ("denied", None)
    assert job.error == "Alice did not approve it. use the broker"
    assert outcome_of(job).result == "denied"
    with pytest.raises(FieldRefusal, match="already decided"):
        decide.approve(alice, row.pk)
    assert podman.done["create"] == 0


def test_cancelled_by_whoever_asked(person: Any, alice: Any, endpoint: Any, rail: Any) -> None:
    rail("privileged", severity="ask")
    job = asked(person, endpoint)
    row = approval_of(job)
    assert cancel_job.ask(person, job.pk).state == "cancelled"
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert outcome_of(job).result == "cancelled"
    with pytest.raises(FieldRefusal):
        decide.approve(alice, row.pk)


def test_after_a_day_it_is_cancelled(person: Any, endpoint: Any, rail: Any) -> None:
    rail("privileged", severity="ask")
    old, young = asked(person, endpoint), asked(person, endpoint)
    Approval.objects.filter(job=old).update(asked_at=timezone.now() - timedelta(hours=25))
    assert approvals.expire() == 1
    assert approvals.expire() == 0
    for job in (old, young):
        job.refresh_from_db()
    assert (old.state, young.state) == ("cancelled", "held")
    assert outcome_of(old).detail == old.error == "Nobody approved it within 24 hours."
    assert old.approvals.get().state == "expired"


def test_its_right_gone_it_ends(person: Any, endpoint: Any, rail: Any) -> None:
    rail("privileged", severity="ask")
    job = asked(person, endpoint)
    person.user.is_active = False
    person.user.save()
    assert rights.end_unpermitted() == 1
    job.refresh_from_db()
    assert (job.state, job.approvals.get().state) == ("denied", "withdrawn")


def test_a_rule_that_came_later_asks_again_and_one_that_refuses_refuses(
    person: Any,
    alice: Any,
    endpoint: Any,
    desk: Desk,
    rail: Any,
) -> None:
    first = rail("privileged", severity="ask")
    job = asked(person, endpoint)
    decide.approve(alice, approval_of(job).pk)
    second = rail("images", severity="ask", allow=["localhost/*"])
    loop = desk.worker()
    loop.hand_over([job.pk])
    until("it waits again", lambda: Job.objects.filter(pk=job.pk, state="held").exists())
    row = approval_of(job)
    # all that this question lets through stands in it, also what was approved before
    assert {one["rule"] for one in row.findings} == {first.name, second.name}
    assert (row.at_work, desk.podman.done["create"]) == (True, 0)
    decide.approve(alice, row.pk)
    rail("labels", require=["team=shop"])
    loop.hand_over([job.pk])
    assert desk.ended(job).state == "denied", job.error
    assert desk.podman.done["create"] == 0


def test_an_approval_counts_for_its_proposal_alone(
    person: Any, alice: Any, endpoint: Any, rail: Any
) -> None:
    rail("privileged", severity="ask")
    job = asked(person, endpoint)
    decide.approve(alice, approval_of(job).pk)

    def covered(**more: Any) -> bool:
        spec = run_spec.spec_to_judge({**PARAMS, **more}, endpoint)
        proposal = from_spec.container("container.create", spec)
        return approvals.is_approved(job.pk, check(endpoint, proposal), proposal)

    assert covered()
    assert not covered(image="quay.io/evil/y:1")
    assert not covered(labels={"a": "c"})


def test_an_approval_of_before_texts_were_kept_still_counts(
    person: Any, alice: Any, endpoint: Any, rail: Any
) -> None:
    """Of a kube file that waited while Haulout was brought up to date; for that file alone."""
    rail("privileged", severity="ask")
    asker = replace(person, reason=WHY)
    job = play_kube.ask(asker, endpoint.pk, text=KUBE)
    row = approval_of(job)
    assert "serve" in row.text
    proposal = kube_of(KUBE)
    old = digest(replace(proposal, written=None))
    Approval.objects.filter(pk=row.pk).update(text="", digest=old)
    decide.approve(alice, row.pk)

    def covered(text: str) -> bool:
        now = kube_of(text)
        return approvals.is_approved(job.pk, check(endpoint, now), now)

    assert covered(KUBE)
    assert not covered(KUBE.replace("x/y:1", "evil/y:1"))
    # one that was asked with its text counts for that text
    Approval.objects.filter(pk=row.pk).update(text=row.text, digest=row.digest)
    assert covered(KUBE)
    assert not covered(KUBE.replace("serve", "other"))


def test_a_worker_that_dies_between_loses_nothing_and_does_nothing_twice(
    person: Any,
    alice: Any,
    endpoint: Any,
    desk: Desk,
    rail: Any,
) -> None:
    """The call after the approval is lost, and two workers come upon the row at once."""
    rail("privileged", severity="ask")
    job = asked(person, endpoint)
    assert job.pk not in lease.waiting()
    assert lease.claim([job.pk], "early") == []
    decide.approve(alice, approval_of(job).pk)
    Job.objects.filter(pk=job.pk).update(published_at=timezone.now() - timedelta(minutes=5))
    assert lease.waiting() == [job.pk]
    [dead] = lease.claim([job.pk], "dead")
    lease.release({dead.pk: dead.claim}, "dead")
    for loop in (desk.worker(), desk.worker()):
        loop.hand_over([job.pk])
    assert desk.ended(job).state == "ok", job.error
    assert desk.podman.done["create"] == 1


@pytest.mark.parametrize("severity", ["refuse", "ask"])
def test_a_freeze_that_opens_before_it_begins(
    severity: str,
    person: Any,
    alice: Any,
    container: Any,
    desk: Desk,
) -> None:
    """What was asked for before meets it when its turn comes; what overrode it goes on."""
    row = container("a")
    ref = (row.endpoint_id, row.podman_id)
    job = restart_container.ask(person, ref)
    now = timezone.now()
    FreezeWindow.objects.create(
        name="year's end",
        severity=severity,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    over = restart_container.ask(replace(alice, reason="it burns"), ref)
    loop = desk.worker()
    loop.hand_over([job.pk, over.pk])
    assert desk.ended(over).state == "ok", over.error
    assert desk.podman.done["restart"] == 1
    if severity == "refuse":
        assert desk.ended(job).state == "denied"
        assert "year's end" in job.error
        return
    until("it waits", lambda: Job.objects.filter(pk=job.pk, state="held").exists())
    decide.approve(alice, approval_of(job).pk)
    loop.hand_over([job.pk])
    assert desk.ended(job).state == "ok", job.error
    assert desk.podman.done["restart"] == 2
