"""What somebody might try, by each road of the gate and in both dialects: it is refused, and never reaches
the host. Keys in every case that Go folds, and twice.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from hosts.database_threads import in_thread
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.guardrails import docker_escalations as docker
from tests.hosts.guardrails import escalations as data
from tests.hosts.guardrails.escalations import Escalation

pytestmark = pytest.mark.django_db(transaction=True)
LIBPOD, DOCKER = "/v5.4.0/libpod", "/v1.41"
SHOP = "a" * 64
TEAM = {"team": "shop"}


@dataclass
class Road:
    """`permitted`: the body that passes; `tries`: (what, what is laid over it)."""

    path: str
    permitted: dict[str, Any]
    tries: list[tuple[str, dict[str, Any]]]

    def body(self, give: dict[str, Any]) -> dict[str, Any]:
        return docker.laid_over(give) if self.permitted is docker.BODY else self.permitted | give


def laid(cases: list[Escalation], **names: str) -> list[tuple[str, dict[str, Any]]]:
    """Each case with its fields by other names."""
    return [
        (case.name, {names.get(key, key): value for key, value in case.give.items()})
        for case in cases
    ]


def in_docker(cases: list[Escalation]) -> Iterator[tuple[str, dict[str, Any]]]:
    for case in cases:
        for give in docker.bodies(case):
            yield case.name, give


def networks_in_docker() -> Iterator[tuple[str, dict[str, Any]]]:
    words = {"driver": "Driver", "labels": "Labels"}
    for case in data.NETWORKS:
        give: dict[str, Any] = {words.get(name, name): value for name, value in case.give.items()}
        if parent := give.pop("network_interface", ""):
            give["Options"] = {"parent": parent}
        yield case.name, give


def updates_in_docker() -> Iterator[tuple[str, dict[str, Any]]]:
    words = {"quota": "CpuQuota", "period": "CpuPeriod"}
    for case in data.UPDATES:
        give = dict(case.give)
        cpu = {words[name]: value for name, value in give.pop("cpu", {}).items()}
        for part, field in (("memory", "Memory"), ("pids", "PidsLimit")):
            if part in give:
                give[field] = give.pop(part)["limit"]
        if give.pop("devices", None):
            give["Devices"] = [{"PathOnHost": "/dev/sda", "PathInContainer": "/dev/sda"}]
        yield case.name, give | cpu


SPEC = {name: value for name, value in data.SPEC.items() if name != "annotations"}
EXEC: dict[str, Any] = {"Cmd": ["id"], "User": "1000"}
EXECS: list[tuple[str, dict[str, Any]]] = [
    ("privileged", {"Privileged": True}),
    ("as root", {"User": "root"}),
    ("as root by number", {"User": "0:0"}),
]
VOLUME: dict[str, Any] = {"Name": "v", "Labels": TEAM}
VOLUMES = {"options": "Options", "driver": "Driver", "labels": "Labels"}
ROADS = [
    Road(f"{LIBPOD}/containers/create", SPEC, laid(data.SPECS)),
    Road(f"{DOCKER}/containers/create", docker.BODY, list(in_docker(data.SPECS))),
    Road(f"{LIBPOD}/volumes/create", VOLUME, laid(data.VOLUMES, **VOLUMES)),
    Road(
        f"{DOCKER}/volumes/create",
        VOLUME,
        laid(data.VOLUMES, **{**VOLUMES, "options": "DriverOpts"}),
    ),
    Road(f"{LIBPOD}/networks/create", {"name": "n", "labels": TEAM}, laid(data.NETWORKS)),
    Road(f"{DOCKER}/networks/create", {"Name": "n", "Labels": TEAM}, list(networks_in_docker())),
    Road(f"{LIBPOD}/pods/create", data.POD, laid(data.PODS)),
    Road(f"{LIBPOD}/containers/shop/update", {"memory": {"limit": 2**20}}, laid(data.UPDATES)),
    Road(f"{DOCKER}/containers/shop/update", {"Memory": 2**20}, list(updates_in_docker())),
    Road(f"{LIBPOD}/containers/shop/exec", EXEC, EXECS),
    Road(f"{DOCKER}/containers/shop/exec", EXEC, EXECS),
]


def changed(host: FakeHost) -> list[str]:
    """What reached it and does more than look."""
    return [line for line in host.lines() if not line.startswith("GET ")]


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.path)
async def test_ways_to_reach_for_more_are_refused(
    strict: FakeHost, knock: Knock, cast: Cast, road: Road
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    passed = []
    for what, give in road.tries:
        for how, body in docker.spellings(road.body(give), give, road.permitted):
            got = await door.ask(f"POST {road.path}", body=body.encode())
            if got.status not in (400, 403):
                passed.append((what, how, got.status))
    assert passed == []
    assert changed(strict) == []
    # and the same without it passes
    path = road.path.replace("/shop/", f"/{SHOP}/")
    strict.answers[f"POST {path}"] = Answer(409, {"message": "as far as here"})
    got = await door.ask(f"POST {road.path}", body=json.dumps(road.permitted).encode())
    assert (got.status, changed(strict)) == (409, [f"POST {path}"]), got.body
