"""Changes through the gate that need a second person: a question with a page, and after its yes the same
request passes once.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from hosts import vault
from hosts.actions.approvals import decide
from hosts.actions.streams import settle_lost
from hosts.database_threads import in_thread
from hosts.guardrails import masked
from hosts.jobs import approvals, held_requests, lease, rights, workers
from hosts.models import Approval, FreezeWindow, Guardrail, Job, OpenTransfer
from hosts.own_address import own_address
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Got, Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.gate.test_creating import CREATE, IMAGE, NEW, Entries, V, sent, spec, there
from tests.hosts.jobs.conftest import vault_keys

__all__ = ["there", "vault_keys"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]
STOP = f"POST {V}/containers/new-1/stop"
START = f"POST {V}/containers/{NEW}/start"
Ask = Callable[..., Awaitable[Got]]


@pytest.fixture
async def bob(there: FakeHost, knock: Knock, cast: Cast) -> Ask:
    """Asks in his name."""
    for verb in ("start", "stop"):
        there.answers[f"POST {V}/containers/{NEW}/{verb}"] = Answer(204)
    return (await knock(await in_thread(person_of, cast.bob))).ask


async def rule(name: str = "ours", severity: str = "ask") -> None:
    settings = {"allow": ["registry.example.org"]}
    await in_thread(
        lambda: Guardrail.objects.create(
            name=name, kind="images", settings=settings, severity=severity, everywhere=True
        )
    )


async def freeze(severity: str = "ask") -> FreezeWindow:
    now = timezone.now()
    return await in_thread(
        lambda: FreezeWindow.objects.create(
            name="year's end",
            severity=severity,
            everywhere=True,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
        )
    )


async def questions() -> list[Approval]:
    return await in_thread(lambda: list(Approval.objects.select_related("job").order_by("pk")))


async def approve(by: User) -> None:
    """The one that waits."""
    waiting = [one for one in await questions() if one.waiting]
    await in_thread(lambda: decide.approve(person_of(by), waiting[-1].pk))


async def test_it_waits_on_a_page_and_passes_once_after_the_yes(
    there: FakeHost, bob: Ask, cast: Cast, entry_of: Entries
) -> None:
    await rule()
    got = await bob(CREATE, "Haulout-Reason: for the reader", body=spec())
    [question] = await questions()
    page = own_address(reverse("approvals:decide", args=[question.pk]))
    assert got.status == 403
    for words in ("“ours” asks for approval (image)", f"Request {question.pk} waits", page):
        assert words in got.json["message"]
    job = question.job
    assert (question.reason, job.state) == ("for the reader", "held")
    assert (job.object_kind, job.object_id, job.object_name) == ("container", "", "new-1")
    # asked again it is the same question
    assert (await bob(CREATE, body=spec())).json == got.json
    assert sent(there) == []

    await approve(cast.alice)
    job = (await questions())[0].job
    assert job.awaits_client
    assert Job.GATE not in await in_thread(workers.unserved)
    assert await in_thread(lease.waiting) == []
    got = await bob(CREATE, body=spec())
    assert (got.status, got.json["Id"]) == (201, NEW)
    await in_thread(job.refresh_from_db)
    assert (job.state, job.result) == ("ok", {"kind": "container", "id": NEW})
    intent, outcome = await entry_of("container.create")
    assert (intent.number, outcome.intent, outcome.result) == (job.intent, job.intent, "ok")
    assert json.loads(intent.params_text)["approval"] == ["ours"]
    assert not await in_thread(OpenTransfer.objects.exists)

    assert (await bob(CREATE, body=spec())).status == 403
    assert len(sent(there)) == 1


@pytest.mark.parametrize("other", ["body", "person", "rule", "no", "right", "late"])
async def test_a_yes_is_for_nothing_else(
    there: FakeHost, bob: Ask, knock: Knock, cast: Cast, other: str
) -> None:
    await rule()
    assert (await bob(CREATE, body=spec())).status == 403
    [question] = await questions()
    body = spec(env={"A": "1"}) if other == "body" else spec()
    if other == "no":
        await in_thread(lambda: decide.refuse(person_of(cast.alice), question.pk, answer="no"))
    else:
        await approve(cast.alice)
    if other == "person":
        bob = (await knock(await in_thread(person_of, cast.alice))).ask
    elif other == "rule":
        await rule("theirs")
    elif other == "right":
        await in_thread(lambda: User.objects.filter(pk=cast.bob.pk).update(role=cast.charlie.role))
        await in_thread(rights.end_unpermitted)
        await in_thread(lambda: User.objects.filter(pk=cast.bob.pk).update(role=cast.bob.role))
    elif other == "late":
        old = timezone.now() - timedelta(hours=25)
        await in_thread(lambda: Job.objects.update(published_at=old))
        assert await in_thread(approvals.expire) == 1
    got = await bob(CREATE, body=body)
    assert (got.status, sent(there)) == (403, [])
    states = [one.job.state for one in await questions()]
    first = {"no": "denied", "right": "denied", "late": "cancelled"}.get(other, "queued")
    assert states == [first, "held"]


async def test_a_freeze_is_asked_about_and_an_approved_create_is_started(
    there: FakeHost, bob: Ask, cast: Cast
) -> None:
    await freeze()
    got = await bob(STOP)
    assert "year's end" in got.json["message"]
    await approve(cast.alice)
    assert (await bob(STOP)).status == 204
    assert (await bob(STOP)).status == 403

    assert (await bob(CREATE, body=spec())).status == 403
    await approve(cast.alice)
    assert (await bob(CREATE, body=spec())).status == 201
    # run is one command: its start is covered, once
    assert [(await bob(START)).status for _time in range(2)] == [204, 403]
    assert len(there.lines(of="/start")) == 1


async def test_what_is_refused_or_cannot_be_sent_again_is_no_question(
    there: FakeHost, bob: Ask, knock: Knock, cast: Cast
) -> None:
    await rule()
    await freeze("refuse")
    got = await bob(CREATE, body=spec())
    assert (got.status, "year's end" in got.json["message"]) == (403, True)
    await in_thread(lambda: FreezeWindow.objects.all().delete())
    await in_thread(
        lambda: Guardrail.objects.create(
            name="no root",
            kind="users",
            settings={"no_root": True},
            severity="ask",
            everywhere=True,
        )
    )
    told = json.dumps({"Cmd": ["sh"], "User": "root"}).encode()
    got = await bob(f"POST {V}/containers/new-1/exec", body=told)
    assert (got.status, "no root" in got.json["message"]) == (403, True)
    assert await questions() == []


async def test_whoever_decides_sees_it_without_its_secrets_and_can_have_it_shown(
    there: FakeHost, bob: Ask, cast: Cast, browser_of: Any
) -> None:
    await rule()
    secrets = {"env": {"PIN": "canary-1"}, "command": ["mysql", "--password=canary-2"]}
    line = ["podman", "run", "-e", "PIN=canary-1", "busybox"]
    await bob(CREATE, body=spec(**secrets, containerCreateCommand=line))
    [question] = await questions()

    def pages() -> tuple[str, str]:
        alice = browser_of(cast.alice)
        page = alice.get(reverse("approvals:decide", args=[question.pk])).content.decode()
        jobs = alice.get(reverse("jobs:page", args=[question.job_id])).content.decode()
        return page, jobs

    for page in await in_thread(pages):
        assert "canary" not in page
    page, _jobs = await in_thread(pages)
    assert IMAGE in page
    assert "Show the request as sent" in page
    sealed = bytes(question.job.sealed_params or b"")
    kept = json.loads(vault.open_sealed(sealed, "job"))
    assert (kept["env"], kept["command"]) == (secrets["env"], secrets["command"])
    await approve(cast.alice)
    page, _jobs = await in_thread(pages)
    assert "runs the same command again" in page


async def test_one_person_fills_no_lists(there: FakeHost, bob: Ask) -> None:
    await rule()
    for number in range(held_requests.MOST + 2):
        got = await bob(CREATE, body=spec(name=f"n{number}"))
        assert got.status == 403
    assert "wait for approval already" in got.json["message"]
    assert len(await questions()) == held_requests.MOST


async def test_a_request_whose_process_was_lost_gets_its_outcome(
    there: FakeHost, bob: Ask, cast: Cast, entry_of: Entries
) -> None:
    await rule()
    await bob(CREATE, body=spec())
    await approve(cast.alice)
    there.answers[CREATE] = Answer(hangs=True)

    def lose() -> int:
        [question] = Approval.objects.select_related("job")
        assert held_requests._take(question.job)
        OpenTransfer.objects.update(seen_at=timezone.now() - timedelta(hours=1))
        return settle_lost()

    assert await in_thread(lose) == 1
    [question] = await questions()
    assert question.job.state == "unknown"
    assert [one.result for one in await entry_of("container.create")][-1] == "unknown"


def test_a_body_is_masked_in_both_dialects() -> None:
    shown = masked.request(
        {
            "Image": "busybox",
            "Env": ["PIN=canary"],
            "Cmd": ["sh", "-c", "psql postgres://a:canary@db"],
            "Entrypoint": "sh",
            "Labels": {"token": "canary"},
            "HostConfig": {"Binds": ["/srv:/srv"], "LogConfig": {"Config": {"password": "canary"}}},
        }
    )
    assert "canary" not in shown
    assert "/srv:/srv" in shown
    assert "busybox" in shown
