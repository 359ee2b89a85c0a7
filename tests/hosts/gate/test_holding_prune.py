"""Prunes that need a second person: what was listed then is approved, and goes when it is asked for again."""

import json
from typing import Any

import pytest

from hosts.actions.approvals import decide
from hosts.database_threads import in_thread
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.gate.test_holding import Ask, freeze, questions
from tests.hosts.gate.test_pruning import (
    ONE,
    TWO,
    Entries,
    P,
    V,
    listed,
    nobody_uses,
    removed,
    there,
)
from tests.hosts.jobs.conftest import vault_keys

__all__ = ["there", "vault_keys"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]
PRUNE = f"POST {V}/containers/prune"
NEW = "5" * 64


@pytest.fixture
async def bob(there: FakeHost, knock: Knock, cast: Cast) -> Ask:
    """Asks in his name, while changes are frozen."""
    await freeze()
    return (await knock(await in_thread(person_of, cast.bob))).ask


async def approve_all(cast: Cast) -> None:
    for one in await questions():
        if one.waiting:
            await in_thread(lambda pk=one.pk: decide.approve(person_of(cast.alice), pk))


async def test_what_was_approved_goes_and_nothing_else(
    there: FakeHost, bob: Ask, cast: Cast, entry_of: Entries
) -> None:
    got = await bob(PRUNE)
    [question] = await questions()
    assert (got.status, removed(there)) == (403, [])
    for words in ("year's end", f"Request {question.pk} waits for approval"):
        assert words in got.json["message"]
    assert (question.text, question.job.object_name) == (f"one ({ONE})\ntwo ({TWO})", "2 objects")
    assert (await bob(PRUNE)).json == got.json

    await approve_all(cast)
    there.answers[f"GET {P}/containers/json"].value.append(listed(NEW, "new"))
    got = await bob(PRUNE)
    assert [(one["Id"], one["Err"]) for one in got.json] == [
        (ONE, None),
        (TWO, None),
        (NEW, "is not among what was approved"),
    ]
    assert removed(there) == [f"containers/{ONE}", f"containers/{TWO}"]
    intent, outcome = await entry_of("container.prune")
    assert (intent.number, outcome.intent) == (question.job.intent, intent.number)
    assert json.loads(intent.params_text)["approval"] == ["year's end"]
    assert outcome.detail == "removed 2, kept new (is not among what was approved)"

    assert (await bob(PRUNE)).status == 403
    assert len(await questions()) == 2


async def test_the_whole_system_is_asked_about_at_once(
    there: FakeHost, bob: Ask, cast: Cast
) -> None:
    await nobody_uses(there)
    line = f"POST {V}/system/prune?volumes=true"
    got = await bob(line)
    asked = await questions()
    assert [one.job.verb for one in asked] == ["network.prune", "volume.prune"]
    assert {one.group for one in asked} == {"system prune"}
    both = f"Requests {asked[0].pk}, {asked[1].pk} (system prune) wait for approval"
    assert (got.status, both in got.json["message"], removed(there)) == (403, True, [])

    await in_thread(lambda: decide.approve(person_of(cast.alice), asked[0].pk))
    got = await bob(line)
    assert f"Request {asked[1].pk} waits for approval" in got.json["message"]
    assert "1 other objects were removed." in got.json["message"]
    assert removed(there) == [f"networks/{'b' * 64}"]


async def test_images_that_others_free_are_another_question(
    there: FakeHost, bob: Ask, cast: Cast
) -> None:
    await nobody_uses(there)
    images: list[Any] = [{"Id": ONE, "Names": None, "Size": 5, "Containers": 0}]
    says = there.answers[f"GET {P}/images/json"] = Answer(value=images)

    def freed() -> None:
        says.value = [{"Id": TWO, "Names": None, "Size": 5, "Containers": 0}]

    there.answers[f"GET {P}/images/{ONE}/json"] = Answer(value={"Id": ONE, "RepoTags": []})
    told = {"Deleted": [ONE], "Untagged": [], "ExitCode": 0, "Errors": []}
    there.answers[f"DELETE {P}/images/{ONE}"] = Answer(value=told, then=freed)
    assert (await bob(f"POST {V}/images/prune")).status == 403
    await approve_all(cast)
    got = await bob(f"POST {V}/images/prune")
    assert got.json == [{"Id": ONE, "Err": None, "Size": 5}]
    assert removed(there) == [f"images/{ONE}"]
    assert len(await questions()) == 1
