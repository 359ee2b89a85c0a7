"""The worker dies in the middle of a swap, at each of its steps: the next one takes it up there."""

from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from hosts.actions import ACTIONS
from hosts.actions.containers import recreate_container
from hosts.jobs import carry as carrying
from hosts.jobs import lease
from hosts.jobs.carry import carry
from hosts.jobs.handler import Settlement
from hosts.jobs.outcome import write_outcomes
from hosts.jobs.save import save_nothing
from hosts.models import Guardrail, Job
from hosts.podman import Podman, UnixDial
from hosts.podman.client import Answer
from hosts.podman.errors import Unavailable
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import endpoint_on, person, vault_keys
from tests.lab.swap_cast import IMAGE, QUICK, inspect, names, order_of, row_of

__all__ = ["endpoint_on", "person", "vault_keys"]

pytestmark = pytest.mark.django_db(transaction=True)

# what a swap sends, in order; and what a restoration sends after a start that failed
STEPS = ("create", "stop", "rename the old", "rename the new", "start", "remove the old")
MENDING = ("remove the new", "rename back", "start the old")


def some(count: int, *, always: tuple[int, ...]) -> list[Any]:
    """Every step; those that are not `always` with --all."""
    marks = {step: () if step in always else pytest.mark.more for step in range(count)}
    return [pytest.param(step, marks=marks[step]) for step in range(count)]


class WorkerDied(BaseException):
    """As SIGKILL: nothing of the worker runs after it."""


class Dying(Podman):
    """Ends the worker after its n-th change has reached Podman (0: before the first)."""

    left = -1

    async def call(self, method: str, target: str, **words: Any) -> Answer:
        if method == "GET":
            return await super().call(method, target, **words)
        if self.left == 0:
            raise WorkerDied
        try:
            return await super().call(method, target, **words)
        finally:
            self.left -= 1
            if self.left == 0:
                raise WorkerDied


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Host:
    return lab.hosts[0]


async def one_try(job_id: int, host: Host, *, dies_after: int) -> Any:
    """A worker claims the job and carries it out; None where it died."""

    def claim() -> Any:
        # the lease of the worker before has run out
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        Job.objects.filter(pk=job_id).exclude(lease_until=None).update(lease_until=long_ago)
        (job,) = lease.claim([job_id], "worker")
        return job

    job = await sync_to_async(claim)()
    async with Dying(UnixDial(str(host.local_socket))) as podman:
        podman.left = dies_after
        try:
            return await carry(job, ACTIONS[job.verb], podman)
        except WorkerDied:
            return None


class Leaving(Podman):
    """Its host is away after the n-th change: the relay answers 503 in Podman's place."""

    left = -1

    async def call(self, method: str, target: str, **words: Any) -> Answer:
        if self.left == 0:
            raise Unavailable("There is no connection to the host (it ended).", status=503)
        answer = await super().call(method, target, **words)
        self.left -= method != "GET"
        return answer


async def ask(person: Any, endpoint: Any, old: dict[str, Any], **changes: Any) -> Any:
    def asked() -> Any:
        row_of(endpoint, old)
        params = order_of(old, **changes)
        ref = (endpoint.pk, old["Id"])
        return recreate_container.ask(person, ref, params=params, env={}, watch_s=1)

    return await sync_to_async(asked)()


@pytest.mark.parametrize("step", some(len(STEPS) + 1, always=(1, 3, 5)))
async def test_the_swap_goes_on(host: Host, endpoint_on: Any, person: Any, step: int) -> None:
    host.podman("run", "-d", "--name", "shop", *QUICK, "-v", "/data", IMAGE, "sleep", "1000")
    host.podman("exec", "shop", "touch", "/data/kept")
    old = inspect(host, "shop")
    endpoint = await sync_to_async(endpoint_on)(host)
    job = await ask(person, endpoint, old, hostname="new")
    assert await one_try(job.pk, host, dies_after=step) is None
    outcome = await one_try(job.pk, host, dies_after=-1)
    assert outcome.state == "ok", (outcome.error, outcome.cause)
    assert names(host) == ["shop"]
    new = inspect(host, "shop")
    assert new["Id"] != old["Id"]
    assert (new["State"]["Running"], new["Config"]["Hostname"]) == (True, "new")
    assert host.podman("exec", "shop", "ls", "/data").strip() == "kept"


def _rule() -> None:
    Guardrail.objects.create(name="a team", kind="labels", settings={"require": ["team=*"]})


def _no_right() -> None:
    User.objects.filter(name="Bob").update(is_active=False)


@pytest.mark.parametrize("meanwhile", [_rule, _no_right])
@pytest.mark.parametrize("step", some(len(STEPS), always=(1, 3))[1:])
async def test_what_may_not_go_on_brings_the_old_one_back(
    host: Host, endpoint_on: Any, person: Any, step: int, meanwhile: Any
) -> None:
    """A rule came, or the right went, between the death of the worker and the next try."""
    host.podman("run", "-d", "--name", "shop", *QUICK, IMAGE, "sleep", "1000")
    old = inspect(host, "shop")
    endpoint = await sync_to_async(endpoint_on)(host)
    job = await ask(person, endpoint, old, hostname="new")
    assert await one_try(job.pk, host, dies_after=step) is None
    await sync_to_async(meanwhile)()
    outcome = await one_try(job.pk, host, dies_after=-1)
    assert outcome.state == "denied", (outcome.error, outcome.cause)
    assert names(host) == ["shop"]
    now = inspect(host, "shop")
    assert (now["Id"], now["State"]["Running"]) == (old["Id"], True)


@pytest.mark.parametrize("step", some(len(MENDING) + 1, always=(1, 2)))
async def test_the_restoration_goes_on(
    host: Host, endpoint_on: Any, person: Any, step: int
) -> None:
    host.podman("run", "-d", "--name", "shop", *QUICK, IMAGE, "sleep", "1000")
    old = inspect(host, "shop")
    endpoint = await sync_to_async(endpoint_on)(host)
    job = await ask(person, endpoint, old, command=["no-such-command"])
    # four steps, a start that fails, then the mending
    assert await one_try(job.pk, host, dies_after=5 + step) is None
    outcome = await one_try(job.pk, host, dies_after=-1)
    assert outcome.state == "failed"
    assert names(host) == ["shop"]
    now = inspect(host, "shop")
    assert (now["Id"], now["State"]["Running"]) == (old["Id"], True)


@pytest.mark.parametrize("step", some(len(STEPS), always=(1, 2, 4))[1:])
async def test_a_host_that_stays_away(
    host: Host, endpoint_on: Any, person: Any, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job ends unknown, and nothing is left beside the old one once the host is back."""
    monkeypatch.setattr(carrying, "SETTLE_FOR_S", 0.1)
    host.podman("run", "-d", "--name", "shop", *QUICK, IMAGE, "sleep", "1000")
    old = inspect(host, "shop")
    job = await ask(person, await sync_to_async(endpoint_on)(host), old, hostname="new")
    (claimed,) = await sync_to_async(lease.claim)([job.pk], "worker")
    async with Leaving(UnixDial(str(host.local_socket))) as podman:
        podman.left = step
        outcome = await carrying.carry(claimed, ACTIONS[job.verb], podman)
        assert outcome.state == "unknown", outcome
        podman.left = -1
        assert await sync_to_async(write_outcomes)([outcome]) == 1
        back = await sync_to_async(Job.objects.select_related("endpoint__host").get)(pk=job.pk)
        errand = carrying.errand_for(back, podman, keep=save_nothing)
        action = ACTIONS[job.verb]
        assert await action.settle(errand) is Settlement.AGAIN
        assert action.mend is not None
        await action.mend(errand)
    assert names(host) == ["shop"]
    now = inspect(host, "shop")
    assert (now["Id"], now["State"]["Running"]) == (old["Id"], True)
