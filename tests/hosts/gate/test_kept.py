"""The connection to the host that stays open between the requests of one client."""

import asyncio
from typing import Any

import pytest

from hosts.database_threads import in_thread
from hosts.gate.calls import host
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/v1.41/containers/json"
ROWS: list[dict[str, Any]] = [{"Id": "a" * 64, "Names": ["/shop-1"], "State": "running"}]


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    fake_host.answers[f"GET {LIST}"] = Answer(value=ROWS)
    return fake_host


async def test_requests_of_one_client_share_a_connection(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    for _time in range(3):
        assert (await door.ask(f"GET {LIST}")).json == ROWS
    assert (len(there.reached), there.accepted) == (3, 1)
    other = await knock(await in_thread(person_of, cast.alice))
    assert (await other.ask(f"GET {LIST}")).json == ROWS
    assert there.accepted == 2
    await door.close()
    await other.close()
    await there.emptied()


async def test_nothing_follows_an_error_or_an_answer_that_was_not_read(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    there.answers["GET /v1.41/images/json"] = Answer(status=500, value={"message": "broken"})
    there.answers["GET /v1.41/events"] = Answer(pieces=(b"{}\n",), stays=True)
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask("GET /v1.41/images/json")).status == 500
    assert (await door.ask(f"GET {LIST}")).status == 200
    assert there.accepted == 2
    await door.send("GET /v1.41/events")
    await asyncio.wait_for(there.more.wait(), 10)
    await door.close()
    await there.emptied()


async def test_a_connection_that_the_host_has_ended_is_made_again(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    await door.ask(f"GET {LIST}")

    def well() -> None:
        there.answers[f"GET {LIST}"] = Answer(value=ROWS)

    # it hangs up in place of an answer, once
    there.answers[f"GET {LIST}"] = Answer(raw=b"", then=well)
    assert (await door.ask(f"GET {LIST}")).json == ROWS
    assert there.accepted == 2
    there.answers[f"GET {LIST}"] = Answer(raw=b"")
    broken = await door.ask(f"GET {LIST}")
    assert (broken.status, broken.json["message"]) == (502, "The host's answer broke off.")


async def test_an_idle_connection_is_let_go(
    there: FakeHost, knock: Knock, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "KEEPALIVE_S", 0.01)
    door = await knock(await in_thread(person_of, cast.alice))
    await door.ask(f"GET {LIST}")
    await there.emptied()
    assert (await door.ask(f"GET {LIST}")).json == ROWS
    assert there.accepted == 2
