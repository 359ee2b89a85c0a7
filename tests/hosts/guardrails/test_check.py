"""Rules in the database: which hosts they count for, and that a refusal leaves a trace and no job."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from hosts.access.fetch import target_of
from hosts.actions.containers.open_terminal import ExecOptions, begin
from hosts.actions.images import pull_image
from hosts.actions.run import run_container
from hosts.actions.streams import streamed_action
from hosts.guardrails import GuardrailRefused, NeedsApproval, check, from_request, from_spec
from hosts.jobs.errand import ActionFailed
from hosts.models import Group, Job, OpenTerminal
from tests.dashboard.pages.run_cast import Hosts

pytestmark = pytest.mark.django_db
BAD = from_spec.container("container.run", {"image": "quay.io/x/y:1", "privileged": True})
Rail = Callable[..., Any]


def test_a_rule_counts_for_the_hosts_of_its_groups(hosts: Hosts, rail: Rail) -> None:
    edge = Group.objects.create(name="edge")
    rule = rail("privileged", edge)
    assert check(hosts.web1, BAD).rules == 0
    hosts.web2.host.groups.add(edge)
    assert check(hosts.web2, BAD).worst == "refuse"
    assert check(hosts.web1, BAD).worst is None
    rule.enabled = False
    rule.save()
    assert check(hosts.web2, BAD).worst is None


def test_a_rule_of_two_groups_of_a_host_is_found_once(hosts: Hosts, rail: Rail) -> None:
    both = [Group.objects.create(name=name) for name in ("one", "two")]
    hosts.web1.host.groups.add(*both)
    rail("privileged", *both)
    assert len(check(hosts.web1, BAD).findings) == 1


def test_one_image_is_said_once_and_another_name_beside_it_is_not_missed(
    hosts: Hosts, rail: Rail
) -> None:
    rail("images", allow=["localhost/"])
    name, other = "quay.io/x/y:1", "docker.io/evil/x:1"
    same = from_spec.container("container.run", {"image": name, "raw_image_name": name})
    two = from_spec.container("container.run", {"image": name, "raw_image_name": other})
    assert [one.field for one in check(hosts.web1, same).findings] == ["image"]
    assert [one.field for one in check(hosts.web1, two).findings] == ["image", "raw_image_name"]


def test_a_rule_whose_last_group_goes_counts_nowhere(hosts: Hosts, rail: Rail) -> None:
    edge = Group.objects.create(name="edge")
    rail("privileged", edge)
    edge.delete()
    assert check(hosts.web1, BAD).rules == 0


def test_a_kind_of_a_later_version_refuses(hosts: Hosts, rail: Rail) -> None:
    rail("from_the_future")
    assert check(hosts.web1, BAD).worst == "refuse"


def test_a_refused_run_is_no_job_and_an_entry_that_names_the_rule(
    hosts: Hosts, rail: Rail, bob: Any, entries: Any
) -> None:
    rule = rail("privileged")
    params = {"image": "quay.io/x/y:1", "privileged": True}
    with pytest.raises(GuardrailRefused) as caught:
        run_container.ask(bob, hosts.web1.pk, params=params, env={})
    assert rule.name in str(caught.value)
    assert not Job.objects.exists()
    [entry] = entries("container.run")
    assert entry.kind == "refusal"
    assert rule.name in str(entry.detail) + str(entry.params)


def test_what_only_warns_is_asked_for_and_stands_in_the_entry(
    hosts: Hosts, rail: Rail, bob: Any, entries: Any
) -> None:
    rule = rail("privileged", severity="warn")
    for privileged in (True, False):
        params = {"image": "quay.io/x/y:1", "privileged": privileged}
        run_container.ask(bob, hosts.web1.pk, params=params, env={})
    first, second = entries("container.run")
    assert first.params["warned"] == [rule.name]
    assert "warned" not in second.params


def test_what_needs_an_approval_is_not_done_without(hosts: Hosts, rail: Rail, bob: Any) -> None:
    rail("privileged", severity="ask")
    params = {"image": "quay.io/x/y:1", "privileged": True}
    with pytest.raises(NeedsApproval, match="approval"):
        run_container.ask(bob, hosts.web1.pk, params=params, env={})


def test_of_a_batch_only_the_refused_are_left_out(
    hosts: Hosts, rail: Rail, bob: Any, entries: Any
) -> None:
    edge = Group.objects.create(name="edge")
    hosts.web2.host.groups.add(edge)
    rule = rail("images", edge, allow=["registry.example.org"])
    batch = pull_image.ask_many(bob, [hosts.web1.pk, hosts.web2.pk], references=["quay.io/x/y:1"])
    assert [job.endpoint_id for job in Job.objects.filter(batch=batch)] == [hosts.web1.pk]
    [left] = batch.skipped
    assert left["host"] == "web2"
    assert rule.name in left["why"]
    assert [one.kind for one in entries("image.pull")].count("refusal") == 1


def test_a_terminal_as_root_is_refused(hosts: Hosts, rail: Rail, bob: Any) -> None:
    rail("users", no_root=True)
    row = hosts.add(hosts.web1, "container", "shop", state="running")
    with pytest.raises(GuardrailRefused):
        begin(bob, (row.endpoint_id, row.podman_id), ExecOptions(user="root"))
    assert not OpenTerminal.objects.exists()
    assert begin(bob, (row.endpoint_id, row.podman_id), ExecOptions(user="www")).pk


@pytest.mark.django_db(transaction=True)
async def test_an_upload_is_refused_before_it_begins(hosts: Hosts, rail: Rail, bob: Any) -> None:
    await sync_to_async(rail)("images", allow=["registry.example.org"])
    target = target_of(hosts.web1, kind="image", name="x.tar")
    proposal = from_request.archive("image.load", file="x.tar")
    with pytest.raises(ActionFailed, match="guardrail"):
        async with streamed_action(bob, "image.load", target, {}, proposal=proposal):
            raise AssertionError("it began")
    with pytest.raises(RuntimeError, match="without what it would make"):
        async with streamed_action(bob, "image.load", target, {}):
            raise AssertionError("it began")
