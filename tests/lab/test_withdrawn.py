"""When a right is withdrawn, waiting jobs change nothing on a real host, by Podman's own word. What
is cut off leaves nothing held there.
"""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.epoch import raise_epoch
from accounts.models import Role, User
from audit.models import Entry
from audit.shapes import Who
from hosts.access import Person
from hosts.access.token_scope import scope_of
from hosts.actions.containers import remove_container, restart_container, stop_container
from hosts.actions.run import run_container
from hosts.jobs.places import PER_ENDPOINT
from hosts.models import Grant, Job
from tests.bench.open_things import BUILD, tar
from tests.bench.withdrawn_work import WAYS, Stage
from tests.cast import PASSWORD
from tests.lab.inventory_rows import inspected, mirror, names
from tests.lab.real_endpoint import ended, endpoint_on, vault_keys, worker
from tests.lab.transfers import transfer
from tests.lab.wait import until

__all__ = ["ended", "endpoint_on", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
IMAGE = "localhost/busybox:latest"
# more than lies anywhere between a host and whoever reads
LARGE_MIB = 48
# who signs out keeps their rights
GOES = [way for way in WAYS if way != "session"]


def as_bella(stage: Stage, *, by_token: bool) -> Any:
    """As a page has her, or a request with the token that she has now."""
    bella = User.objects.get(pk=stage.bella.pk)
    person = Person(bella, Who(name=str(bella), user_id=bella.pk))
    if not by_token:
        return person
    who = replace(person.who, token=str(stage.token))
    return replace(person, who=who, scope=scope_of(stage.token))


def its_end_comes(stage: Stage) -> None:
    """Wait until the grant has ended by itself."""
    grant = Grant.objects.get(team=stage.team)
    assert grant.until is not None
    end = grant.until
    until("the grant's end", lambda: end <= timezone.now(), timeout_s=30)


def test_what_waits_is_never_done(
    lab: Any, clean_hosts: None, endpoint_on: Any, worker: Any, ended: Any
) -> None:
    """Whatever takes the right, and whichever worker comes to it first."""
    host = lab.hosts[0]
    host.podman("run", "-d", "--name", "shop", "--stop-signal", "KILL", IMAGE, "sleep", "999")
    endpoint = endpoint_on(host)
    ref = (endpoint.pk, mirror(endpoint, "container")["shop"].podman_id)
    before = inspected(host, "container", "shop")["State"]["StartedAt"]
    stage = Stage(PASSWORD)

    def asked(bella: Any) -> list[Any]:
        params = {"image": IMAGE, "name": "late", "pull": "never"}
        return [
            restart_container.ask(bella, ref),
            run_container.ask(bella, endpoint.pk, params=params, env={}),
            remove_container.ask(bella, ref, force=True),
        ]

    for way in GOES:
        stage.give()
        jobs = asked(as_bella(stage, by_token=way == "token"))
        stage.take(way)
        if way == "ended":
            its_end_comes(stage)
        worker().hand_over([job.pk for job in jobs])
        found = {job.verb: ended(job, within_s=60).state for job in jobs}
        assert set(found.values()) == {"denied"}, (way, found)
    assert names(host, "container") == {"shop"}
    assert inspected(host, "container", "shop")["State"]["StartedAt"] == before

    # given again, the same is done
    stage.give()
    job = restart_container.ask(as_bella(stage, by_token=False), ref)
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert inspected(host, "container", "shop")["State"]["StartedAt"] != before


def test_those_in_the_row_are_not_done_and_what_runs_goes_on(
    lab: Any, clean_hosts: None, endpoint_on: Any, worker: Any, ended: Any
) -> None:
    """More are asked for than one Podman is given at once."""
    host = lab.hosts[0]
    # does not hear its stop signal, so that a stop lasts until somebody ends it
    stubborn = ("--stop-timeout", "300", "--stop-signal", "USR1", IMAGE, "sleep", "999")
    made = [f"shop{number}" for number in range(PER_ENDPOINT + 3)]
    for name in made:
        host.podman("run", "-d", "--name", name, *stubborn)
    endpoint = endpoint_on(host)
    rows = mirror(endpoint, "container")
    stage = Stage(PASSWORD)
    stage.give()
    bella = as_bella(stage, by_token=False)
    jobs = {name: stop_container.ask(bella, (endpoint.pk, rows[name].podman_id)) for name in made}
    worker().hand_over([job.pk for job in jobs.values()])

    def running() -> set[str]:
        return {job.object_name for job in Job.objects.filter(step="act")}

    try:
        until("as many run as may at once", lambda: len(running()) == PER_ENDPOINT, timeout_s=60)
        begun = running()
        stage.take("taken")
        late = [job for name, job in jobs.items() if name not in begun]
        assert {ended(job, within_s=60).state for job in late} == {"denied"}
        assert running() == begun
    finally:
        for name in made:
            if name in running():
                pid = inspected(host, "container", name)["State"]["Pid"]
                host.run("kill", "-9", str(pid))
    assert {ended(jobs[name], within_s=60).state for name in begun} == {"ok"}
    states = {name: inspected(host, "container", name)["State"]["Status"] for name in made}
    assert {name for name, state in states.items() if state == "running"} == set(made) - begun


def only_views(person: Any) -> None:
    person.role = Role.objects.get(name="viewer")
    person.save()
    raise_epoch()


async def test_an_export_that_is_cut_leaves_its_container_free(
    lab: Any, clean_hosts: None, endpoint_on: Any, cast: Any
) -> None:
    """Podman holds its lock for as long as somebody may still read."""
    host, stalls = lab.hosts[0], asyncio.Event()

    def made() -> str:
        fill = f"head -c {LARGE_MIB}m /dev/urandom >/large"
        host.podman("run", "--name", "shop", IMAGE, "sh", "-c", fill)
        endpoint = endpoint_on(host)
        row = mirror(endpoint, "container")["shop"]
        return f"/transfer/containers/{endpoint.pk}/{row.podman_id}/export/"

    async def during() -> None:
        await stalls.wait()
        await sync_to_async(only_views)(cast.alice)

    path = await sync_to_async(made)()
    answer = await transfer(cast.alice, "GET", path, during=during, stalls=stalls)
    assert (answer.status, answer.aborted) == (200, True)
    assert len(answer.body) < LARGE_MIB * 2**20
    await sync_to_async(host.podman)("rename", "shop", "free", timeout_s=30)


async def test_a_build_says_in_its_output_why_it_ended(
    lab: Any, clean_hosts: None, endpoint_on: Any, cast: Any
) -> None:
    """Its answer has begun long before, so that no status can say it."""
    endpoint = await sync_to_async(endpoint_on)(lab.hosts[0])
    context = tar()
    pieces = [await anext(context) for _number in range(3)]
    await context.aclose()

    async def during() -> None:
        written = Entry.objects.filter(verb="image.build")
        beside = sync_to_async(until, thread_sensitive=False)
        await beside("the build's begin", written.filter(kind="intent").exists, timeout_s=60)
        await sync_to_async(only_views)(cast.alice)
        await beside("the build's end", written.filter(kind="outcome").exists, timeout_s=60)

    answer = await transfer(
        cast.alice,
        "PUT",
        f"/transfer/build/{endpoint.pk}/",
        pieces,
        query="file=context.tar",
        length=2**30,
        during=during,
        more_headers=BUILD,
    )
    assert (answer.status, answer.aborted) == (200, False)
    last = json.loads(answer.body.splitlines()[-1])
    assert last == {"error": "You lost the right to do this."}
    outcome = await Entry.objects.aget(verb="image.build", kind="outcome")
    assert outcome.result in ("cancelled", "unknown")
