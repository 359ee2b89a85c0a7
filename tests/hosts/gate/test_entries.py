"""What the log keeps of a request: who, by which door and key, and with which client."""

import pytest

from audit.models import Entry
from hosts.database_threads import in_thread
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost

pytestmark = pytest.mark.django_db(transaction=True)
V = "/v5.4.0/libpod"
SHOP = "a" * 64
DOCKER = "Docker-Client/26.1.5 (linux)"


@pytest.mark.parametrize(
    ("line", "verb", "kind"),
    [
        ("GET /containers/shop/logs?stdout=1", "container.logs", "event"),
        ("POST /containers/shop/stop", "container.stop", "intent"),
        ("POST /swarm/init", "gate.request", "refusal"),
    ],
)
async def test_every_entry_names_the_client(
    fake_host: FakeHost, knock: Knock, cast: Cast, line: str, verb: str, kind: str
) -> None:
    fake_host.container(SHOP, "shop")
    fake_host.answers[f"POST /containers/{SHOP}/stop"] = Answer(204)
    door = await knock(await in_thread(person_of, cast.bob))
    await door.ask(line, f"User-Agent: {DOCKER}")
    entry = await in_thread(lambda: Entry.objects.filter(verb=verb).order_by("number").first())
    assert entry is not None
    assert (entry.kind, entry.door, entry.who_name) == (kind, "gate", "Bob")
    assert entry.params["client"] == DOCKER


async def test_who_is_refused_had_a_client_too(
    fake_host: FakeHost, knock: Knock, cast: Cast
) -> None:
    fake_host.container(SHOP, "shop")
    door = await knock(await in_thread(person_of, cast.charlie))
    await door.ask("POST /containers/shop/stop", f"User-Agent: {DOCKER}")
    entry = await in_thread(lambda: Entry.objects.get(verb="container.stop"))
    assert (entry.kind, entry.params) == ("refusal", {"client": DOCKER})
