"""Manifest lists, artifacts and volumes' archives through the gate: references, judged and made anew."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from hosts.database_threads import in_thread
from hosts.link.framing import Body
from hosts.models import Guardrail
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Door, Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)

V, P = "/v5.8.0/libpod", "/v5.0.0/libpod"
LIST, PART = "1" * 64, "2" * 64
DIGEST = f"sha256:{'d' * 64}"
SHOP, AMD = "localhost/shop:1", "localhost/shop-amd64:1"
CONFIG = "quay.io/acme/config:1"
Entries = Callable[[str], Awaitable[list[Any]]]


def quoted(name: str) -> str:
    """As the gate sends it on."""
    return asked(name).replace(":", "%3A")


def asked(name: str) -> str:
    """As Haulout's own client asks."""
    return name.replace("/", "%2F")


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    """A list, an image and an artifact."""
    says = fake_host.answers
    says["HEAD /_ping"] = Answer()
    rows = [{"Id": LIST, "Names": [SHOP]}, {"Id": PART, "Names": [AMD]}]
    says[f"GET {P}/images/json"] = Answer(value=rows)
    for name in ("shop:1", asked(SHOP), LIST):
        says[f"GET {P}/manifests/{name}/exists"] = Answer(204)
    says[f"GET {V}/manifests/{LIST}/json"] = Answer(value={"manifests": [{"digest": DIGEST}]})
    image = {"Id": PART, "RepoTags": [AMD], "Config": {}}
    for name in (asked(AMD), "shop-amd64:1"):
        says[f"GET {P}/images/{name}/json"] = Answer(value=image)
    says[f"POST {V}/manifests/{quoted('localhost/new:1')}"] = Answer(201, {"Id": LIST})
    says[f"PUT {V}/manifests/{LIST}"] = Answer(value={"Id": LIST})
    says[f"DELETE {V}/manifests/{quoted(SHOP)}"] = Answer(value={"Untagged": [SHOP]})
    artifact = {"Name": CONFIG, "Digest": DIGEST, "Manifest": {}}
    for name in (asked(CONFIG), "config"):
        says[f"GET {P}/artifacts/{name}/json"] = Answer(value=artifact)
    says[f"GET {V}/artifacts/json"] = Answer(value=[artifact])
    for name in (quoted(CONFIG), "config"):
        says[f"GET {V}/artifacts/{name}/json"] = Answer(value=artifact)
    told = {"ArtifactDigest": DIGEST}
    for line in (f"POST {V}/artifacts/pull", f"POST {V}/artifacts/{quoted(CONFIG)}/push"):
        says[line] = Answer(value=told)
    says[f"POST {V}/artifacts/add"] = Answer(201, told)
    says[f"DELETE {V}/artifacts/{quoted(CONFIG)}"] = Answer(value={"ArtifactDigests": [DIGEST]})
    says[f"GET {V}/artifacts/{quoted(CONFIG)}/extract"] = Answer(pieces=(b"tar", b"ball"))
    return fake_host


@pytest.fixture
async def bob(there: FakeHost, knock: Knock, cast: Cast) -> Door:
    return await knock(await in_thread(person_of, cast.bob))


def sent(host: FakeHost) -> list[str]:
    """What was asked of the host that is more than a look."""
    return [line.replace(V, "") for line in host.lines() if not line.startswith(("GET", "HEAD"))]


async def told(door: Door, line: str, body: Any = None) -> Any:
    content = b"" if body is None else json.dumps(body).encode()
    return await door.ask(line, body=content)


async def params(entry_of: Entries, verb: str) -> Any:
    return json.loads((await entry_of(verb))[0].params_text)


async def test_a_list_is_read_by_its_id(there: FakeHost, bob: Door) -> None:
    got = await bob.ask(f"GET {V}/manifests/shop:1/json?tlsVerify=true")
    assert (got.status, got.json["manifests"]) == (200, [{"digest": DIGEST}])
    assert there.lines()[-1] == f"GET {V}/manifests/{LIST}/json"
    # of what only a registry has the host is not asked: it would send its own password
    for name in ("other", quoted("quay.io/acme/shop:1")):
        got = await bob.ask(f"GET {V}/manifests/{name}/json")
        assert (got.status, "not found" in got.json["message"]) == (404, True)
    assert not any("quay" in line and line.endswith("/json") for line in there.lines())


async def test_a_list_is_made_of_what_is_there_or_in_a_registry(
    there: FakeHost, bob: Door, entry_of: Entries
) -> None:
    query = [("images", "shop-amd64:1"), ("images", "quay.io/acme/shop:arm"), ("all", "true")]
    got = await told(bob, f"POST {V}/manifests/new%3A1?{urlencode(query)}")
    assert (got.status, got.json) == (201, {"Id": LIST})
    [line] = sent(there)
    sources = [f"containers-storage:{AMD}", "docker://quay.io/acme/shop:arm"]
    assert line.startswith(f"POST /manifests/{quoted('localhost/new:1')}?")
    assert parse_qs(line.partition("?")[2]) == {"images": sources, "all": ["true"]}
    assert await params(entry_of, "image.list_create") == {
        "name": "localhost/new:1",
        "images": sources,
    }


async def test_a_list_is_changed(there: FakeHost, bob: Door, entry_of: Entries) -> None:
    line = f"PUT {V}/manifests/shop%3A1?operation=update&all=false"
    for body in (
        {"operation": "update", "images": ["shop-amd64:1"], "all": False, "arch": "arm64"},
        {"operation": "remove", "images": [DIGEST]},
        {"operation": "annotate", "images": [DIGEST], "annotations": {"a": "b"}, "subject": ""},
    ):
        assert (await told(bob, line, body)).status == 200
    assert sent(there) == [f"PUT /manifests/{LIST}"] * 3
    bodies = [json.loads(one.body) for one in there.reached if one.line.startswith("PUT")]
    assert bodies[0]["images"] == [f"containers-storage:{AMD}"]
    assert bodies[2] == {"operation": "annotate", "images": [DIGEST], "annotations": {"a": "b"}}
    entries = [one for one in await entry_of("image.list_edit") if one.kind == "intent"]
    operations = [json.loads(one.params_text)["operation"] for one in entries]
    assert (operations, entries[0].target_id) == (["add", "drop", "annotate"], LIST)


@pytest.mark.parametrize(
    ("line", "body", "status"),
    [
        ("POST /manifests/new?images=dir%3A%2Fetc", None, 403),
        ("POST /manifests/new?images=docker-archive%3A%2Fetc%2Fx", None, 403),
        ("POST /manifests/new?images=containers-storage%3Adir%3A%2Fetc", None, 403),
        ("POST /manifests/new?images=containers-storage%3Anone", None, 404),
        ("POST /manifests/dir%3A%2Fetc", None, 400),
        ("POST /manifests/new", {"images": ["dir:/etc"]}, 400),
        ("PUT /manifests/shop%3A1", {"operation": "update", "images": ["oci:/etc"]}, 403),
        ("PUT /manifests/shop%3A1", {"operation": "update", "images": "oci:/etc"}, 400),
        ("PUT /manifests/shop%3A1", {"operation": "update", "artifact_files": ["/x"]}, 400),
        ("PUT /manifests/shop%3A1", {"operation": "annotate", "images": ["shop-amd64:1"]}, 400),
        ("PUT /manifests/shop%3A1", {"operation": "annotate", "index_subject": "dir:/x"}, 400),
        ("PUT /manifests/shop%3A1", {"operation": "update", "Images": [], "images": []}, 400),
        ("PUT /manifests/shop%3A1", {"operation": "made up"}, 400),
        ("PUT /manifests/none", {"operation": "remove", "images": [DIGEST]}, 404),
        ("POST /manifests/shop%3A1/registry/oci%3A%2Fetc", None, 400),
        ("POST /manifests/shop%3A1/registry/localhost%2Fa", None, 400),
        ("POST /artifacts/add?name=quay.io%2Fa%2Fb%3A1&fileName=x&replace=true", None, 403),
        ("POST /artifacts/add?name=dir%3A%2Fetc&fileName=x", None, 400),
        ("POST /artifacts/local/add?name=quay.io%2Fa%2Fb&path=%2Fetc", None, 403),
        ("POST /artifacts/pull?name=localhost%2Fa", None, 400),
        ("POST /artifacts/pull?name=oci%3A%2Fetc", None, 400),
        ("DELETE /artifacts/remove?all=true", None, 403),
        ("DELETE /artifacts/none", None, 404),
        ("POST /volumes/data/import", None, 403),
    ],
)
async def test_what_would_reach_the_host_s_disk_or_is_not_there(
    there: FakeHost, bob: Door, line: str, body: Any, status: int
) -> None:
    method, _blank, path = line.partition(" ")
    got = await told(bob, f"{method} {V}{path}", body)
    assert (got.status, sent(there)) == (status, []), got.json


async def test_a_list_goes_and_is_pushed(there: FakeHost, bob: Door, entry_of: Entries) -> None:
    where = "quay.io/acme/shop:1"
    line = f"/manifests/{LIST}/registry/{quoted(where)}"
    there.answers[f"POST {V}{line}"] = Answer(pieces=(b'{"stream":"Copying"}\n', b'{"id":"x"}\n'))
    got = await bob.ask(
        f"POST {V}/manifests/shop%3A1/registry/{quoted('docker://' + where)}?all=true&quiet=false",
        "X-Registry-Auth: e30=",
    )
    assert (got.status, b'"id"' in got.body) == (200, True)
    assert there.reached[-1].fields[b"x-registry-auth"] == [b"e30="]
    got = await bob.ask(f"DELETE {V}/manifests/shop%3A1")
    assert (got.status, got.json) == (200, {"Untagged": [SHOP]})
    assert sent(there) == [f"POST {line}?all=true&quiet=false", f"DELETE /manifests/{quoted(SHOP)}"]
    assert await params(entry_of, "image.push") == {"destination": where}
    assert (await entry_of("image.remove"))[0].target_id == LIST


async def test_a_client_that_has_heard_the_digest_hangs_up(
    there: FakeHost, bob: Door, entry_of: Entries
) -> None:
    line = f"POST {V}/manifests/{LIST}/registry/{quoted('quay.io/acme/shop:1')}"
    there.answers[line] = Answer(pieces=(b'{"stream":"Copying"}\n{"Id":"x"}\n',), stays=True)
    await bob.send(f"POST {V}/manifests/shop%3A1/registry/{quoted('quay.io/acme/shop:1')}")
    bob.answers.asked("POST")
    async with asyncio.timeout(10):
        while not isinstance(await bob.event(), Body):
            continue
        bob.writer.close()
        await bob.serving
    assert (await entry_of("image.push"))[-1].result == "ok"


async def test_artifacts(there: FakeHost, bob: Door, entry_of: Entries) -> None:
    assert (await bob.ask(f"GET {V}/artifacts/json")).json[0]["Name"] == CONFIG
    assert (await bob.ask(f"GET {V}/artifacts/config/json")).json["Digest"] == DIGEST
    head = "X-Registry-Auth: e30="
    got = await bob.ask(f"POST {V}/artifacts/pull?name={CONFIG}&tlsVerify=true", head)
    assert got.json == {"ArtifactDigest": DIGEST}
    assert there.reached[-1].fields[b"x-registry-auth"] == [b"e30="]
    query = urlencode(
        {"name": CONFIG, "fileName": "app.conf", "append": "false", "replace": "false"}
    )
    got = await bob.ask(f"POST {V}/artifacts/add?{query}", body=b"seals")
    assert (got.status, there.reached[-1].body) == (201, b"seals")
    got = await bob.ask(f"DELETE {V}/artifacts/remove?artifacts=config&artifacts=none&ignore=true")
    assert got.json == {"ArtifactDigests": [DIGEST]}
    assert (await bob.ask(f"DELETE {V}/artifacts/remove?artifacts=none")).status == 404
    assert [line.partition("?")[0] for line in sent(there)] == [
        "POST /artifacts/pull",
        "POST /artifacts/add",
        f"DELETE /artifacts/{quoted(CONFIG)}",
    ]
    added = await params(entry_of, "artifact.add")
    assert added == {"file": "app.conf", "append": False}
    [intent, outcome] = await entry_of("artifact.remove")
    assert (intent.target_kind, intent.target_id, outcome.result) == ("artifact", CONFIG, "ok")


async def test_what_leaves_the_host_is_for_those_who_may(
    there: FakeHost, bob: Door, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    alice = await knock(await in_thread(person_of, cast.alice))
    got = await alice.ask(f"GET {V}/artifacts/config/extract?title=x")
    assert (got.status, got.body) == (200, b"tarball")
    assert (await alice.ask(f"POST {V}/artifacts/config/push")).json == {"ArtifactDigest": DIGEST}
    there.answers[f"GET {P}/volumes/data/json"] = Answer(value={"Name": "data"})
    there.answers[f"GET {V}/volumes/data/export"] = Answer(pieces=(b"tar",))
    assert (await alice.ask(f"GET {V}/volumes/data/export")).body == b"tar"
    [read] = await entry_of("volume.files")
    assert (read.kind, read.target_id) == ("event", "data")
    assert [one.kind for one in await entry_of("artifact.extract")] == ["intent", "outcome"]
    viewer = await knock(await in_thread(person_of, cast.charlie))
    assert (await viewer.ask(f"GET {V}/artifacts/config/json")).status == 200
    for line, verb in (
        ("GET /artifacts/config/extract", "artifact.extract"),
        ("POST /artifacts/config/push", "artifact.push"),
        ("DELETE /artifacts/config", "artifact.remove"),
        (f"POST /artifacts/pull?name={CONFIG}", "artifact.pull"),
        (f"POST /artifacts/add?name={CONFIG}&fileName=x", "artifact.add"),
        ("GET /volumes/data/export", "volume.files"),
        ("POST /manifests/new", "image.list_create"),
        ("DELETE /manifests/shop%3A1", "image.remove"),
    ):
        method, _blank, path = line.partition(" ")
        got = await viewer.ask(f"{method} {V}{path}")
        assert (got.status, verb in got.json["message"]) == (403, True), line


async def test_whoever_has_some_containers_sees_none_of_it(
    there: FakeHost, knock: Knock, fleet: Fleet
) -> None:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1, label="app=shop"))
    door = await knock(await in_thread(fleet.person))
    for path, status in (
        ("/artifacts/json", 403),
        ("/artifacts/config/json", 404),
        ("/manifests/shop%3A1/json", 404),
        ("/volumes/data/export", 404),
    ):
        assert (await door.ask(f"GET {V}{path}")).status == status, path


async def test_rules_judge_names(there: FakeHost, bob: Door) -> None:
    await in_thread(
        lambda: Guardrail.objects.create(
            name="ours",
            kind="images",
            settings={"allow": ["registry.example.org"]},
            severity="refuse",
            everywhere=True,
        )
    )
    for line, body in (
        ("POST /manifests/new?images=shop-amd64:1", None),
        ("PUT /manifests/shop%3A1", {"operation": "update", "images": ["quay.io/a/b:1"]}),
        (f"POST /artifacts/pull?name={CONFIG}", None),
    ):
        method, _blank, path = line.partition(" ")
        got = await told(bob, f"{method} {V}{path}", body)
        assert (got.status, "“ours” refuses it" in got.json["message"]) == (403, True), line
    assert sent(there) == []


async def test_what_a_short_name_may_mean(
    there: FakeHost, bob: Door, knock: Knock, cast: Cast
) -> None:
    told = {"Names": ["quay.io/acme/web:1"]}
    there.answers[f"GET {V}/images/acme%2Fweb/resolve"] = Answer(value=told)
    assert (await bob.ask(f"GET {V}/images/acme%2Fweb/resolve")).json == told
    viewer = await knock(await in_thread(person_of, cast.charlie))
    got = await viewer.ask(f"GET {V}/images/acme%2Fweb/resolve")
    assert (got.status, "image.pull" in got.json["message"]) == (403, True)


async def test_stats_of_pods_are_for_those_who_see_all(
    there: FakeHost, bob: Door, knock: Knock, fleet: Fleet
) -> None:
    row = {"CID": "1a", "Name": "web", "Pod": "2b", "CPU": "1%"}
    line = json.dumps([row]).encode() + b"\n"
    there.answers[f"GET {V}/pods/stats"] = Answer(pieces=(line, line))
    got = await bob.ask(f"GET {V}/pods/stats?namesOrIDs=shop&stream=true")
    assert [json.loads(one) for one in got.body.splitlines()] == [[row], [row]]
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1, label="app=shop"))
    door = await knock(await in_thread(fleet.person))
    got = await door.ask(f"GET {V}/pods/stats?all=true")
    assert (got.status, "container.stats" in got.json["message"]) == (403, True)
