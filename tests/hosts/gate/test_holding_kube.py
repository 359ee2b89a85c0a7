"""Kube files that need a second person: the same file passes once."""

import json
from typing import Any

import pytest
import yaml
from django.urls import reverse

from hosts import vault
from hosts.actions.approvals import decide
from hosts.database_threads import in_thread
from hosts.guardrails.sealed_params import REQUEST, sealed_fields
from hosts.models import Guardrail
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.gate.test_holding import Ask, approve, freeze, questions
from tests.hosts.gate.test_playing import (
    DOWN,
    PLAY,
    POD,
    Entries,
    P,
    changed,
    claim,
    file,
    pod,
    there,
)
from tests.hosts.jobs.conftest import vault_keys

__all__ = ["there", "vault_keys"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


@pytest.fixture
async def bob(there: FakeHost, knock: Knock, cast: Cast) -> Ask:
    """Asks in his name."""
    return (await knock(await in_thread(person_of, cast.bob))).ask


async def rule(severity: str) -> None:
    await in_thread(
        lambda: Guardrail.objects.create(
            name="images of ours",
            kind="images",
            settings={"allow": ["registry.example.org"]},
            severity=severity,
            everywhere=True,
        )
    )


async def test_a_play_waits_and_passes_once(
    there: FakeHost, bob: Ask, cast: Cast, entry_of: Entries, browser_of: Any
) -> None:
    await rule("ask")
    got = await bob(PLAY, body=file())
    [question] = await questions()
    assert (got.status, changed(there)) == (403, [])
    for words in ("“images of ours” asks for approval", f"Request {question.pk} waits"):
        assert words in got.json["message"]

    def page() -> str:
        address = reverse("approvals:decide", args=[question.pk])
        return str(browser_of(cast.alice).get(address).content.decode())

    shown = await in_thread(page)
    assert ("quay.io/acme/web:1" in shown, "canary" in shown) == (True, False)
    sealed = vault.open_sealed(bytes(question.job.sealed_params or b""), "job").decode()
    assert sealed_fields(question.job)[REQUEST](sealed) == file().decode()

    await approve(cast.alice)
    for other in (f"{PLAY}?start=false", f"{PLAY}?replace=true"):
        assert (await bob(other, body=file())).status == 403
    assert (await bob(PLAY, body=file(pod(command=["id"])))).status == 403
    assert changed(there) == []
    got = await bob(PLAY, body=file())
    assert (got.status, got.json["Pods"][0]["ID"]) == (200, POD)
    assert changed(there) == ["POST /play/kube", f"POST /pods/{POD}/start"]
    intent = next(one for one in await entry_of("kube.play") if one.number == question.job.intent)
    assert json.loads(intent.params_text)["approval"] == ["images of ours"]
    assert (await bob(PLAY, body=file())).status == 403


async def test_a_rule_that_refuses_is_no_question(there: FakeHost, bob: Ask) -> None:
    await rule("refuse")
    got = await bob(PLAY, body=file())
    assert (got.status, "images of ours" in got.json["message"]) == (403, True)
    assert await questions() == []


async def test_what_is_taken_down_waits_in_a_freeze(there: FakeHost, bob: Ask, cast: Cast) -> None:
    await freeze()
    there.answers[f"GET {P}/pods/json"] = Answer(value=[{"Id": POD, "Name": "shop"}])
    got = await bob(f"{DOWN}?force=true", body=file(pod(), claim()))
    [question] = await questions()
    assert (got.status, "year's end" in got.json["message"]) == (403, True)
    named = [one["metadata"]["name"] for one in yaml.safe_load_all(question.text)]
    assert (named, question.job.object_name) == (["shop", "data"], "shop")
    await in_thread(lambda: decide.approve(person_of(cast.alice), question.pk))
    # without the volumes it is another question
    assert (await bob(DOWN, body=file(pod(), claim()))).status == 403
    assert (await bob(f"{DOWN}?force=true", body=file(pod(), claim()))).status == 200
    assert changed(there) == ["DELETE /play/kube"]
