"""Prunes through the gate: what the host lists as unused is judged and removed one by one."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlparse

import pytest
from django.utils import timezone

from hosts.database_threads import in_thread
from hosts.models import FreezeWindow, ObjectLock
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
P = "/v5.0.0/libpod"
D = "/v1.41"
ONE, TWO, RUNS, IN_POD = ("1" * 64, "2" * 64, "3" * 64, "4" * 64)
Entries = Callable[[str], Awaitable[list[Any]]]


def listed(own_id: str, name: str, state: str = "exited", **more: Any) -> dict[str, Any]:
    return {"Id": own_id, "Names": [name], "State": state, "Size": {"rwSize": 10}, **more}


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    """Two containers that have ended, one that runs, one of a pod, and what nothing uses."""
    host = fake_host
    says = host.answers
    says[f"GET {P}/containers/json"] = Answer(
        value=[
            listed(ONE, "one", Labels={"app": "shop"}),
            listed(TWO, "two", "created"),
            listed(RUNS, "runs", "running"),
            listed(IN_POD, "inner", Pod="9" * 64),
        ]
    )
    for own_id, state in ((ONE, "exited"), (TWO, "created")):
        value = {"Id": own_id, "State": {"Status": state}}
        says[f"GET {P}/containers/{own_id}/json"] = Answer(value=value)
        says[f"DELETE {P}/containers/{own_id}"] = Answer(value=[{"Id": own_id, "Err": None}])
    says[f"GET {P}/volumes/json"] = Answer(
        value=[{"Name": "data"}, {"Name": "a" * 64, "Anonymous": True}]
    )
    used = {"Volumes": [{"VolumeName": "data", "Size": 7}]}
    says[f"GET {P}/system/df"] = Answer(value=used)
    for name in ("data", "a" * 64):
        says[f"GET {P}/volumes/{name}/json"] = Answer(value={"Name": name})
        says[f"DELETE {P}/volumes/{name}"] = Answer(204)
    says[f"GET {P}/networks/json"] = Answer(
        value=[{"name": "podman", "id": "f" * 64}, {"name": "back", "id": "b" * 64}]
    )
    says[f"GET {P}/networks/{'b' * 64}/json"] = Answer(value={"name": "back", "id": "b" * 64})
    says[f"DELETE {P}/networks/{'b' * 64}"] = Answer(value=[{"Name": "back", "Err": None}])
    says[f"GET {P}/pods/json"] = Answer(value=[])
    says[f"GET {P}/images/json"] = Answer(value=[])
    return host


def removed(host: FakeHost) -> list[str]:
    found = host.lines(of="DELETE")
    return [one.partition(f"{P}/")[2].partition("?")[0] for one in found]


async def nobody_uses(host: FakeHost) -> None:
    """No container is where a volume or network is looked at."""
    host.answers[f"GET {P}/containers/json"] = Answer(value=[])


async def test_podmans_containers(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    door = await knock(await in_thread(person_of, cast.bob))
    filters = quote(json.dumps({"label": ["app"], "until": ["24h"]}))
    got = await door.ask(f"POST {V}/containers/prune?filters={filters}")
    assert (got.status, got.json) == (
        200,
        [{"Id": ONE, "Err": None, "Size": 10}, {"Id": TWO, "Err": None, "Size": 10}],
    )
    assert removed(there) == [f"containers/{ONE}", f"containers/{TWO}"]
    first = parse_qs(urlparse(there.lines(of="containers/json?")[0].split(" ")[1]).query)
    assert json.loads(first["filters"][0]) == {"label": ["app"], "until": ["24h"]}
    intent, outcome = await entry_of("container.prune")
    assert json.loads(intent.params_text) == {
        "ids": [ONE, TWO],
        "items": ["one", "two"],
        "filters": {"label": "app", "until": "24h"},
    }
    assert (outcome.result, outcome.detail) == ("ok", "removed 2")


async def test_dockers_containers(there: FakeHost, knock: Knock, cast: Cast) -> None:
    there.answers[f"DELETE {P}/containers/{TWO}"] = Answer(
        409, {"cause": "in use", "message": "two is in use", "response": 409}
    )
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {D}/containers/prune")
    # one error would be all of the answer
    assert got.json == {"ContainersDeleted": [ONE], "SpaceReclaimed": 10}
    got = await door.ask(f"POST {V}/containers/prune")
    assert ("two is in use" in got.json[1]["Err"], got.json[1]["Size"]) == (True, 0)


async def test_a_locked_one_stays_and_is_told(
    there: FakeHost, knock: Knock, cast: Cast, fleet: Fleet, entry_of: Entries
) -> None:
    def lock() -> None:
        ObjectLock.objects.create(
            endpoint=fleet.root1,
            host=fleet.web1,
            kind="container",
            object_id=ONE,
            name="one",
            reason="audit",
            locked_by_name="Ada",
        )

    await in_thread(lock)
    door = await knock(await in_thread(person_of, cast.alice))
    got = await door.ask(f"POST {V}/containers/prune")
    assert ["locked by Ada" in str(one["Err"]) for one in got.json] == [True, False]
    assert removed(there) == [f"containers/{TWO}"]
    assert "kept one (one is locked" in (await entry_of("container.prune"))[-1].detail


async def test_one_that_runs_by_now_stays(there: FakeHost, knock: Knock, cast: Cast) -> None:
    there.answers[f"GET {P}/containers/{ONE}/json"] = Answer(
        value={"Id": ONE, "State": {"Status": "running"}}
    )
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {V}/containers/prune")
    assert got.json[0]["Err"] == "is now running"
    assert removed(there) == [f"containers/{TWO}"]


async def test_a_freeze_is_in_the_way(there: FakeHost, knock: Knock, cast: Cast) -> None:
    now = timezone.now()
    hour = timedelta(hours=1)
    await in_thread(
        lambda: FreezeWindow.objects.create(
            name="audit week", severity="refuse", starts_at=now - hour, ends_at=now + hour
        )
    )
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {V}/containers/prune")
    assert (got.status, "audit week" in got.json["message"]) == (403, True)
    assert removed(there) == []


async def test_volumes(there: FakeHost, knock: Knock, cast: Cast) -> None:
    await nobody_uses(there)
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {V}/volumes/prune")
    assert got.json == [
        {"Id": "data", "Err": None, "Size": 7},
        {"Id": "a" * 64, "Err": None, "Size": 0},
    ]
    # as Docker means it from this version on
    got = await door.ask("POST /v1.44/volumes/prune")
    assert got.json == {"VolumesDeleted": ["a" * 64], "SpaceReclaimed": 0}
    every = quote(json.dumps({"all": {"true": True}}))
    for path in (f"/v1.44/volumes/prune?filters={every}", f"{D}/volumes/prune"):
        got = await door.ask(f"POST {path}")
        assert got.json == {"VolumesDeleted": ["data", "a" * 64], "SpaceReclaimed": 7}


async def test_networks(there: FakeHost, knock: Knock, cast: Cast) -> None:
    await nobody_uses(there)
    door = await knock(await in_thread(person_of, cast.bob))
    assert (await door.ask(f"POST {V}/networks/prune")).json == [{"Name": "back", "Error": None}]
    assert (await door.ask(f"POST {D}/networks/prune")).json == {"NetworksDeleted": ["back"]}
    assert removed(there) == [f"networks/{'b' * 64}"] * 2


async def test_images_go_in_rounds(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    await nobody_uses(there)
    child = {"Id": ONE, "Names": None, "Size": 5, "Containers": 0}
    parent = {"Id": TWO, "Names": ["localhost/base:1"], "Size": 6, "Containers": 0}
    used = {"Id": RUNS, "Names": ["localhost/used:1"], "Size": 6, "Containers": 1}
    images = there.answers[f"GET {P}/images/json"] = Answer(value=[child, used])

    def freed() -> None:
        images.value = [parent, used]

    def gone() -> None:
        images.value = [used]

    for own_id, names, then in ((ONE, [], freed), (TWO, parent["Names"], gone)):
        value = {"Id": own_id, "RepoTags": names}
        there.answers[f"GET {P}/images/{own_id}/json"] = Answer(value=value)
        told = {"Deleted": [own_id], "Untagged": names, "ExitCode": 0, "Errors": []}
        there.answers[f"DELETE {P}/images/{own_id}"] = Answer(value=told, then=then)
    door = await knock(await in_thread(person_of, cast.bob))
    every = quote(json.dumps({"dangling": {"false": True}}))
    got = await door.ask(f"POST {D}/images/prune?filters={every}")
    deleted = [{"Deleted": ONE}, {"Deleted": TWO}]
    assert got.json == {"ImagesDeleted": deleted, "SpaceReclaimed": 11}
    assert [one.result for one in await entry_of("image.prune") if one.kind == "outcome"] == [
        "ok"
    ] * 2


async def test_the_whole_system(there: FakeHost, knock: Knock, cast: Cast) -> None:
    there.answers[f"GET {P}/pods/json"] = Answer(
        value=[
            {"Id": "9" * 64, "Name": "ended", "Status": "Exited"},
            {"Id": "8" * 64, "Name": "new", "Status": "Created"},
        ]
    )
    pod = {"Id": "9" * 64, "Name": "ended", "State": "Exited"}
    there.answers[f"GET {P}/pods/{'9' * 64}/json"] = Answer(value=pod)
    there.answers[f"DELETE {P}/pods/{'9' * 64}"] = Answer(value={"Id": "9" * 64, "Err": None})
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {V}/system/prune?all=true")
    assert got.json["PodPruneReport"] == [{"Id": "9" * 64, "Err": None}]
    assert [one["Id"] for one in got.json["ContainerPruneReports"]] == [ONE, TWO]
    # the fake host says of every network that containers are on it
    assert "is now used" in got.json["NetworkPruneReports"][0]["Error"]
    assert got.json["VolumePruneReports"] is got.json["ImagePruneReports"] is None
    assert got.json["ReclaimedSpace"] == 20


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (f"{V}/containers/prune?filters=%7B%22name%22%3A%5B%22a%22%5D%7D", 400),
        (f"{V}/pods/prune?filters=%7B%22label%22%3A%5B%22a%22%5D%7D", 403),
        (f"{V}/images/prune?external=true", 403),
        (f"{V}/images/prune?buildcache=true", 403),
        (f"{V}/system/prune?build=true", 403),
        (f"{V}/containers/prune?unheard=1", 403),
    ],
)
async def test_what_is_not_open(
    there: FakeHost, knock: Knock, cast: Cast, line: str, status: int
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask(f"POST {line}")).status == status
    assert removed(there) == []


async def test_whoever_has_some_containers_prunes_those(
    there: FakeHost, knock: Knock, fleet: Fleet, entry_of: Entries
) -> None:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1, label="app=shop"))
    door = await knock(await in_thread(fleet.person))
    got = await door.ask(f"POST {V}/containers/prune")
    assert [one["Id"] for one in got.json] == [ONE]
    assert (await entry_of("container.prune"))[-1].result == "ok"
    for kind in ("images", "networks", "volumes", "pods", "system"):
        got = await door.ask(f"POST {V}/{kind}/prune")
        assert (got.status, ".prune" in got.json["message"]) == (403, True), kind
    assert removed(there) == [f"containers/{ONE}"]


async def test_a_viewer_prunes_nothing(there: FakeHost, knock: Knock, cast: Cast) -> None:
    door = await knock(await in_thread(person_of, cast.charlie))
    for path in (f"{V}/containers/prune", f"{D}/volumes/prune", f"{V}/system/prune?volumes=true"):
        got = await door.ask(f"POST {path}")
        assert (got.status, ".prune" in got.json["message"]) == (403, True), path
    assert removed(there) == []
