"""Environment and health checks of containers that there are, changed through the gate."""

import json
from typing import Any

import pytest

from hosts.database_threads import in_thread
from hosts.models import Guardrail
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.test_changing_objects import SHOP, Entries, Shop, V, body, sent, shop
from tests.two_teams import Fleet

__all__ = ["shop"]
pytestmark = pytest.mark.django_db(transaction=True)
UPDATE = f"POST {V}/containers/shop/update"
INNER: dict[str, Any] = {
    "Env": ["PIN=canary"],
    "UnsetEnv": ["OLD"],
    "health_cmd": "curl -f localhost",
    "health_interval": "30s",
    "health_retries": 3,
    "no_healthcheck": False,
}


async def test_they_go_on_as_they_were_checked(
    shop: Shop, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    shop.answers(f"POST {V}/containers/{SHOP}/update", status=201, value=SHOP)
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(UPDATE, body=body(**INNER, memory={"limit": 2048}, r_limits=[]))
    assert (got.status, got.json) == (201, SHOP)
    assert sent(shop.host) == [{**INNER, "memory": {"limit": 2048}}]
    intent, outcome = await entry_of("container.update")
    told = {"memory_bytes": 2048, "fields": sorted(INNER)}
    assert (json.loads(intent.params_text), outcome.result) == (told, "ok")
    assert "canary" not in intent.params_text


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"Env": "A=b"}, "Env"),
        ({"Env": [1]}, "Env"),
        ({"health_retries": "3"}, "health_retries"),
        ({"health_retries": True}, "health_retries"),
        ({"health_log_destination": "/etc"}, "health_log_destination"),
        ({"device_read_bps": [{"path": "/dev/sda", "rate": 1}]}, "device_read_bps"),
        ({"health_unheard": "x"}, "health_unheard"),
    ],
)
async def test_what_is_not_open_is_named(
    shop: Shop, knock: Knock, cast: Cast, asked: Any, named: str
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    got = await door.ask(UPDATE, body=body(**asked))
    assert (got.status, f"not: {named}." in got.json["message"], sent(shop.host)) == (400, True, [])


async def test_they_want_the_right_to_recreate(shop: Shop, knock: Knock, fleet: Fleet) -> None:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1))
    verbs = frozenset({"host.view", "container.view", "container.update"})
    shop.answers(f"POST {V}/containers/{SHOP}/update", status=201, value=SHOP)
    door = await knock(await in_thread(lambda: fleet.person(verbs=verbs)))
    for asked in ({"Env": ["A=b"]}, {"health_cmd": "id"}):
        got = await door.ask(UPDATE, body=body(**asked))
        assert (got.status, "container.recreate" in got.json["message"]) == (403, True)
    assert sent(shop.host) == []
    assert (await door.ask(UPDATE, body=body(memory={"limit": 2048}, Env=[]))).status == 201


async def test_a_rule_about_limits_still_counts(shop: Shop, knock: Knock, cast: Cast) -> None:
    await in_thread(
        lambda: Guardrail.objects.create(
            name="small ones",
            kind="limits",
            settings={"memory_most": "2048b"},
            severity="refuse",
            everywhere=True,
        )
    )
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(UPDATE, body=body(**INNER, memory={"limit": 4096}))
    assert (got.status, "small ones" in got.json["message"], sent(shop.host)) == (403, True, [])
