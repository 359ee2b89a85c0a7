"""Units in the inventory: found once, then asked by name; Podman's events hint at changes."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hosts.inventory import Mirror
from hosts.link.sockets import bus_socket
from hosts.link.supervise import units
from hosts.link.supervise.database import Database
from hosts.link.supervise.roster import EndpointPlan
from hosts.link.supervise.units import UnitWatch
from hosts.models import Endpoint, Unit
from tests import make
from tests.hosts.systemd.fake_bus import ThreadedBus, quadlet

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint() -> Endpoint:
    return make.endpoint("web1", socket="/run/podman/podman.sock", login={"epoch": 1})


@pytest.fixture
def bus(endpoint: Endpoint, tmp_path: Path) -> Iterator[ThreadedBus]:
    path = bus_socket(tmp_path, endpoint.pk)
    path.parent.mkdir()
    running = ThreadedBus(path).begin()
    yield running
    running.end()


@pytest_asyncio.fixture
async def watch(endpoint: Endpoint, tmp_path: Path) -> AsyncIterator[UnitWatch]:
    database = Database()
    mirror = Mirror(endpoint_id=endpoint.pk, login_id=endpoint.login_id, epoch=1)
    plan = EndpointPlan(endpoint.pk, endpoint.socket)
    yield UnitWatch(plan, run=tmp_path, mirror=mirror, database=database)
    await database.close()


async def rows() -> dict[str, dict[str, Any]]:
    return {row["name"]: dict(row) async for row in Unit.objects.filter(gone=None).values()}


def follows(watch: UnitWatch) -> bool:
    """Whether a further look is due soon."""
    return watch.follows


async def test_a_unit_as_systemd_tells_it(watch: UnitWatch, bus: ThreadedBus) -> None:
    ended = {"ActiveState": "failed", "SubState": "failed", "Result": "exit-code"}
    bus.units["bad.service"] = quadlet("bad", ExecMainCode=1, ExecMainStatus=3, **ended)
    killed = {"ExecMainCode": 2, "ExecMainStatus": 9, "WantedBy": [], "NRestarts": 4}
    bus.units["dead.service"] = quadlet("dead", Result="signal", **killed)
    await watch.look()
    found = await rows()
    web, bad, dead = found["web.service"], found["bad.service"], found["dead.service"]
    assert (web["state"], web["sub"], web["at_boot"]) == ("active", "running", True)
    assert (web["makes"], web["makes_name"]) == ("container", "systemd-web")
    assert web["source"] == "/etc/containers/systemd/web.container"
    assert web["since"].year == 2026
    assert (web["exit_code"], web["exit_signal"]) == (None, None)
    assert (bad["state"], bad["result"], bad["exit_code"]) == ("failed", "exit-code", 3)
    assert (dead["exit_code"], dead["exit_signal"]) == (None, 9)
    assert (dead["restarts"], dead["at_boot"]) == (4, False)


async def test_a_round_asks_by_name_and_writes_what_changed(
    watch: UnitWatch, bus: ThreadedBus
) -> None:
    revision = await watch.look()
    bus.calls.clear()
    assert await watch.look(closely=False) == revision
    assert bus.members == ["ListUnitsByNames"]
    bus.units["web.service"] |= {"ActiveState": "inactive", "SubState": "dead"}
    assert await watch.look(closely=False) == revision + 1
    assert (await rows())["web.service"]["state"] == "inactive"


async def test_one_that_went_is_gone(watch: UnitWatch, bus: ThreadedBus) -> None:
    await watch.look()
    bus.units.clear()
    await watch.look(closely=False)
    assert await rows() == {}


async def test_a_host_without_quadlets_costs_one_question(
    watch: UnitWatch, bus: ThreadedBus
) -> None:
    bus.units.clear()
    # a round does not begin it
    await watch.look(closely=False)
    assert bus.lines == []
    await watch.look()
    assert bus.members == ["ListUnitFilesByPatterns"]
    for _ in range(3):
        await watch.look(closely=False)
        await watch.look()
    assert bus.members == ["ListUnitFilesByPatterns"]
    assert len(bus.lines) == 2


async def test_labels_of_images_cause_no_flood_of_questions(
    watch: UnitWatch, bus: ThreadedBus
) -> None:
    bus.units.clear()
    await watch.look()
    for number in range(50):
        # any image can say so
        assert watch.hint(f"made-up-{number}.service") is False
        await watch.look()
    assert bus.members == ["ListUnitFilesByPatterns"]


async def test_a_label_alone_makes_no_unit(watch: UnitWatch, bus: ThreadedBus) -> None:
    await watch.look()
    assert watch.hint("ssh.service") is True
    await watch.look()
    assert set(await rows()) == {"web.service"}


async def test_a_unit_on_its_way_is_looked_at_again(watch: UnitWatch, bus: ThreadedBus) -> None:
    await watch.look()
    assert follows(watch) is False
    bus.units["web.service"] |= {"ActiveState": "deactivating", "SubState": "stop-post"}
    await watch.look(closely=False)
    assert follows(watch) is True
    bus.units["web.service"] |= {"ActiveState": "failed", "SubState": "failed"}
    await watch.look(closely=False)
    assert follows(watch) is False
    assert (await rows())["web.service"]["state"] == "failed"


async def test_after_a_hint_systemd_is_asked_more_than_once(
    watch: UnitWatch, bus: ThreadedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watch.look()
    watch.hint("web.service")
    # systemd has not noticed yet
    await watch.look()
    assert follows(watch) is True
    monkeypatch.setattr(watch, "_follow_until", 0.0)
    await watch.look(closely=False)
    assert follows(watch) is False


async def test_what_is_known_stays_while_the_bus_is_away(
    watch: UnitWatch, bus: ThreadedBus
) -> None:
    revision = await watch.look()
    bus.greeting = b"REJECTED EXTERNAL\r\n"
    assert await watch.look() == revision
    assert set(await rows()) == {"web.service"}


async def test_a_bus_that_hangs_does_not_hold_up_the_lists(
    watch: UnitWatch, bus: ThreadedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "_LOOK_S", 0.2)
    bus.answers["LoadUnit"] = b""
    began = time.monotonic()
    assert await watch.look() == 0
    # less than one call may take
    assert time.monotonic() - began < 4
    assert await rows() == {}


@pytest.mark.parametrize("hostile", ["\0" * 9, "x" * 100_000, "\ud800"])
async def test_texts_of_a_hostile_host_are_cut(
    watch: UnitWatch, bus: ThreadedBus, hostile: str
) -> None:
    if hostile == "\ud800":
        bus.units["web.service"]["Description"] = hostile.encode("utf-8", "replace").decode()
    else:
        bus.units["web.service"]["Description"] = hostile
    await watch.look()
    assert len((await rows())["web.service"]["description"]) <= 255


async def test_an_endpoint_at_an_unusual_socket_has_no_units(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    mirror = Mirror(endpoint_id=endpoint.pk, login_id=endpoint.login_id, epoch=1)
    plan = EndpointPlan(endpoint.pk, "/srv/p.sock")
    database = Database()
    watch = UnitWatch(plan, run=tmp_path, mirror=mirror, database=database)
    assert watch.hint("web.service") is False
    assert await watch.look() == 0
    await database.close()
