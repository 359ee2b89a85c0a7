"""Freeze windows: when they are open, also across clock changes; every verb against one; overriding."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from hosts.access import Denied
from hosts.actions import ACTIONS
from hosts.actions.approvals import decide
from hosts.actions.containers import stop_container
from hosts.actions.guardrails import edit_freeze
from hosts.actions.guardrails.edit_freeze import FreezeOptions
from hosts.cards import Lock, lock_of, road_of
from hosts.guardrails import GuardrailRefused, NeedsApproval, empty_proposal
from hosts.guardrails.freezes import open_until
from hosts.jobs import order_check
from hosts.jobs.order import Order
from hosts.models import FreezeWindow, Group
from hosts.refusals import FieldRefusal
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts

pytestmark = pytest.mark.django_db
BERLIN = "Europe/Berlin"


def weekly(days: list[int], begins: time, until: time, zone: str = BERLIN) -> Any:
    return FreezeWindow(days=days, from_time=begins, until_time=until, zone=zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# 2026-03-29: 02:00 becomes 03:00 in Berlin; 2026-10-25: 03:00 becomes 02:00
@pytest.mark.parametrize(
    ("days", "begins", "until", "now", "ends"),
    [
        # a plain Friday, winter and summer: the wall clock counts
        ([4], time(18), time(20), "2026-01-09T17:30:00+00:00", "2026-01-09T20:00:00+01:00"),
        ([4], time(18), time(20), "2026-07-10T16:30:00+00:00", "2026-07-10T20:00:00+02:00"),
        ([4], time(18), time(20), "2026-07-10T15:59:59+00:00", None),
        ([4], time(18), time(20), "2026-07-10T18:00:00+00:00", None),
        # over midnight, seen on the next day
        ([4], time(22), time(6), "2026-07-11T03:00:00+02:00", "2026-07-11T06:00:00+02:00"),
        ([5], time(22), time(6), "2026-07-11T03:00:00+02:00", None),
        # a whole day
        ([6], time(0), time(0), "2026-07-12T23:59:00+02:00", "2026-07-13T00:00:00+02:00"),
        # the night in which an hour is left out
        ([5], time(23), time(4), "2026-03-29T03:30:00+02:00", "2026-03-29T04:00:00+02:00"),
        ([6], time(2, 30), time(4), "2026-03-29T03:29:00+02:00", None),
        ([6], time(2, 30), time(4), "2026-03-29T03:31:00+02:00", "2026-03-29T04:00:00+02:00"),
        # and that in which one comes twice: it is frozen both times
        ([6], time(1), time(2, 30), "2026-10-25T02:15:00+02:00", "2026-10-25T02:30:00+01:00"),
        ([6], time(1), time(2, 30), "2026-10-25T02:15:00+01:00", "2026-10-25T02:30:00+01:00"),
        ([6], time(1), time(2, 30), "2026-10-25T02:45:00+01:00", None),
    ],
)
def test_when_a_weekly_one_is_open(
    days: list[int], begins: time, until: time, now: str, ends: str | None
) -> None:
    found = open_until(weekly(days, begins, until), at(now))
    assert found == (at(ends) if ends else None)


def frozen(*groups: Any, **more: Any) -> Any:
    now = timezone.now()
    row = FreezeWindow.objects.create(
        **{
            "name": f"freeze {FreezeWindow.objects.count() + 1}",
            "words": "the year's end",
            "everywhere": not groups,
            "starts_at": now - timedelta(hours=1),
            "ends_at": now + timedelta(hours=1),
            **more,
        }
    )
    row.groups.set(groups)
    return row


def asked(person: Any, verb: str, endpoint: Any) -> Any:
    proposal = empty_proposal(verb) if road_of(verb).at_click else None
    order = Order(endpoint, verb.partition(".")[0], "abc", "abc", proposal=proposal)
    return order_check.require(person, verb, [order])


@pytest.mark.parametrize("verb", sorted(ACTIONS))
def test_every_verb_in_an_open_window(verb: str, hosts: Hosts, bob: Any) -> None:
    window = frozen()
    if lock_of(verb) is Lock.PASSES:
        asked(bob, verb, hosts.web1)
    else:
        with pytest.raises(GuardrailRefused, match="the year's end"):
            asked(bob, verb, hosts.web1)
    window.verbs = ["volume.remove"]
    window.save()
    if verb == "volume.remove":
        with pytest.raises(GuardrailRefused):
            asked(bob, verb, hosts.web1)
    else:
        asked(bob, verb, hosts.web1)


def test_it_counts_for_its_groups_while_it_is_enabled_and_open(hosts: Hosts, bob: Any) -> None:
    edge = Group.objects.create(name="edge")
    window = frozen(edge)
    asked(bob, "container.stop", hosts.web1)
    hosts.web1.host.groups.add(edge)
    with pytest.raises(GuardrailRefused):
        asked(bob, "container.stop", hosts.web1)
    window.enabled = False
    window.save()
    asked(bob, "container.stop", hosts.web1)
    window.enabled, window.ends_at = True, timezone.now() - timedelta(minutes=1)
    window.save()
    asked(bob, "container.stop", hosts.web1)


def test_a_window_that_asks_holds_the_job(hosts: Hosts, bob: Any, alice: Any) -> None:
    frozen(severity="ask")
    row = hosts.add(hosts.web1, "container", "shop", state="running")
    ref = (hosts.web1.pk, row.podman_id)
    with pytest.raises(NeedsApproval):
        stop_container.ask(bob, ref)
    job = stop_container.ask(replace(bob, reason="it leaks"), ref)
    assert job.state == "held"
    decide.approve(alice, job.approvals.get().pk)
    job.refresh_from_db()
    assert job.state == "queued"


def test_overriding_is_a_right_with_a_reason_and_an_entry(
    hosts: Hosts, bob: Any, alice: Any, entries: Any
) -> None:
    window = frozen()
    row = hosts.add(hosts.web1, "container", "shop", state="running")
    ref = (hosts.web1.pk, row.podman_id)
    with pytest.raises(GuardrailRefused):
        stop_container.ask(replace(bob, reason="please"), ref)
    with pytest.raises(NeedsApproval) as needed:
        stop_container.ask(alice, ref)
    assert needed.value.override
    job = stop_container.ask(replace(alice, reason="it burns"), ref)
    assert job.state == "queued"
    [entry] = entries("freeze.override")
    assert entry.params["windows"] == [window.name]
    assert (entry.params["reason"], entry.params["job"]) == ("it burns", job.pk)


def test_making_changing_and_removing_are_entries_with_a_right(
    cast: Cast, bob: Any, alice: Any, entries: Any
) -> None:
    good = FreezeOptions("nights", days=(0, 1), from_time=time(22), until_time=time(6), zone=BERLIN)
    with pytest.raises(Denied):
        edit_freeze.make(bob, good)
    for field, wrong in (
        ("name", replace(good, name=" ")),
        ("zone", replace(good, zone="Mars/Olympus")),
        ("days", replace(good, days=(9,))),
        ("from_time", replace(good, from_time=None)),
        ("starts_at", replace(good, days=())),
        ("verbs", replace(good, verbs=("container.wait",))),
        ("severity", replace(good, severity="warn")),
    ):
        with pytest.raises(FieldRefusal) as refused:
            edit_freeze.make(alice, wrong)
        assert refused.value.field == field
    row = edit_freeze.make(alice, good)
    edit_freeze.edit(alice, row.pk, replace(good, severity="ask"))
    edit_freeze.remove(alice, row.pk)
    made, changed, removed = (one for one in entries("freeze.edit") if one.kind == "event")
    assert made.params["zone"] == BERLIN
    assert changed.params["changes"]["severity"] == ["refuse", "ask"]
    assert removed.params["removed"] is True
