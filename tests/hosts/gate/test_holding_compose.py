"""What one compose project asks for is shown, and decided, together."""

import json
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from hosts.database_threads import in_thread
from hosts.gate.changes import approval
from tests.cast import Cast
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.gate.test_creating import CREATE, NEW, P, V, spec, there
from tests.hosts.gate.test_holding import Ask, bob, freeze, questions, vault_keys

__all__ = ["bob", "there", "vault_keys"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]
SHOP = {"com.docker.compose.project": "shop"}
VOLUME = f"POST {V}/volumes/create"


def volume(**labels: str) -> bytes:
    return json.dumps({"Name": "data", "Labels": labels}).encode()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for more of a project than has come."""
    monkeypatch.setattr(approval, "TOGETHER_S", 0.0)


@pytest.fixture
def makes(there: FakeHost) -> FakeHost:
    """A volume can be made there too."""
    made = {"Name": "data", "Driver": "local", "Options": {}, "Labels": SHOP}

    def is_made() -> None:
        there.answers[f"GET {P}/volumes/data/json"] = Answer(value=made)

    there.answers[VOLUME] = Answer(201, made, then=is_made)
    return there


def changes(host: FakeHost) -> list[str]:
    return [line for line in host.lines() if not line.startswith("GET")]


async def decide(browser_of: Any, by: User, deed: str) -> str:
    """The page of the first question, once its button for all of them is pressed."""
    first = (await questions())[0]

    def press() -> str:
        browser = browser_of(by)
        page = browser.get(reverse("approvals:decide", args=[first.pk])).content.decode()
        others = page.partition('name="together"')[2].partition('value="')[2].partition('"')[0]
        answer = browser.send(reverse(f"approvals:{deed}", args=[first.pk]), {"together": others})
        return str(page + browser.get(answer.url).content.decode())

    return await in_thread(press)


async def test_one_click_approves_all_of_a_project(
    makes: FakeHost, bob: Ask, cast: Cast, browser_of: Any
) -> None:
    await freeze()
    assert (await bob(VOLUME, body=volume(**SHOP))).status == 403
    got = await bob(CREATE, body=spec(labels=SHOP))
    asked = await questions()
    both = f"Requests {asked[0].pk}, {asked[1].pk} (compose shop) wait for approval"
    assert (got.status, both in got.json["message"], changes(makes)) == (403, True, [])
    # neither another project's, nor what is of none
    others = {"com.docker.compose.project": "blog"}
    assert "(compose" not in (await bob(VOLUME, body=volume(**others))).json["message"]
    assert (await bob(VOLUME, body=volume())).status == 403

    shown = await decide(browser_of, cast.alice, "approve")
    for words in ("Asked together", "compose shop", "Approve all 2", "2 requests approved"):
        assert words in shown
    states = [(one.group, one.state) for one in await questions()]
    assert states == [
        ("compose shop", "approved"),
        ("compose shop", "approved"),
        ("compose blog", "asked"),
        ("", "asked"),
    ]
    assert (await bob(VOLUME, body=volume(**SHOP))).status == 201
    got = await bob(CREATE, body=spec(labels=SHOP))
    assert (got.status, got.json["Id"]) == (201, NEW)


async def test_one_click_refuses_all_but_what_was_decided(
    makes: FakeHost, bob: Ask, cast: Cast, browser_of: Any
) -> None:
    await freeze()
    for name in ("a", "b", "c"):
        assert (await bob(CREATE, body=spec(name=name, labels=SHOP))).status == 403
    last = (await questions())[-1]

    def approve_last() -> None:
        browser_of(cast.alice).send(reverse("approvals:approve", args=[last.pk]), {})

    await in_thread(approve_last)
    shown = await decide(browser_of, cast.alice, "refuse")
    assert "Refuse all 2" in shown
    assert [one.state for one in await questions()] == ["refused", "refused", "approved"]
    # whoever asked decides nothing
    assert (await bob(CREATE, body=spec(name="a", labels=SHOP))).status == 403
    page = reverse("approvals:decide", args=[(await questions())[-1].pk])
    shown = await in_thread(lambda: browser_of(cast.bob).get(page).content.decode())
    assert ("Approve" in shown, "compose shop" in shown) == (False, False)
