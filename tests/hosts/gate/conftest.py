"""A connection to the gate, and the host behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from django.conf import settings

from audit.models import Entry
from hosts.database_threads import in_thread
from hosts.link.sockets import endpoint_socket
from hosts.models import Guardrail
from tests.hosts.gate.door import Knock, knocking
from tests.hosts.gate.fake_host import FakeHost
from tests.hosts.guardrails.permitted import RULES
from tests.two_teams import Fleet


@pytest.fixture
async def fake_host(fleet: Fleet) -> AsyncIterator[FakeHost]:
    """The host of fleet.root1."""
    host = FakeHost(endpoint_socket(settings.HAULOUT_RUN, fleet.root1.pk, "gate"))
    await host.start()
    yield host
    await host.stop()


@pytest.fixture
async def knock(fleet: Fleet) -> AsyncIterator[Knock]:
    """`await knock(person)`: a connection of theirs to fleet.root1."""
    async with knocking(fleet.root1.pk) as made:
        yield made


@pytest.fixture
def entry_of() -> Callable[[str], Awaitable[list[Entry]]]:
    """`await entry_of(verb)`: its entries in the log, oldest first."""

    async def entries(verb: str) -> list[Entry]:
        return await in_thread(lambda: list(Entry.objects.filter(verb=verb).order_by("number")))

    return entries


@pytest.fixture
async def strict(fake_host: FakeHost) -> FakeHost:
    """The host with strict rules of every kind, and the container shop."""

    def rules() -> None:
        for one in RULES:
            settings = {"settings": one.settings, "severity": "refuse", "everywhere": True}
            Guardrail.objects.create(name=one.name, kind=one.kind, **settings)

    await in_thread(rules)
    fake_host.container("a" * 64, "shop")
    return fake_host
