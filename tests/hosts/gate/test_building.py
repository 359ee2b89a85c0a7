"""Builds through the gate: the query is read anew, the Containerfile judged before the host has its end."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from hosts.database_threads import in_thread
from hosts.link.framing import Body
from hosts.link.gate_routes import refusal
from hosts.models import Guardrail, OpenTransfer
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.archives import content, tar_of
from tests.hosts.gate.door import Door, Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)

V, D = "/v5.4.0/libpod", "/v1.41"
BUILT = "d" * 64
Entries = Callable[[str], Awaitable[list[Any]]]
FILE = "FROM quay.io/lab/busybox\nRUN make\n"
PODMANS = {
    "compatvolumes": "0",
    "dockerfile": '["Containerfile"]',
    "forcerm": "1",
    "httpproxy": "1",
    "identitylabel": "1",
    "idmappingoptions": json.dumps(
        {"HostUIDMapping": True, "HostGIDMapping": True, "UIDMap": [], "GIDMap": []}
    ),
    "isolation": "0",
    "jobs": "1",
    "layers": "1",
    "networkmode": "0",
    "nsoptions": '[{"Name":"user","Host":true,"Path":""}]',
    "omithistory": "0",
    "output": "shop:1",
    "outputformat": "application/vnd.oci.image.manifest.v1+json",
    "pullpolicy": "missing",
    "retry": "3",
    "retry-delay": "2s",
    "rm": "1",
    "seccomp": "/usr/share/containers/seccomp.json",
    "shmsize": "67108864",
    "t": "shop:1",
}
DOCKERS = {
    "buildargs": '{"A":"canary","B":null}',
    "cachefrom": "[]",
    "cgroupparent": "",
    "cpuperiod": "0",
    "dockerfile": "Dockerfile",
    "labels": '{"team":"seals"}',
    "memory": "0",
    "networkmode": "default",
    "rm": "1",
    "shmsize": "0",
    "t": "shop:1",
    "target": "",
    "ulimits": "[]",
    "version": "1",
}


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    fake_host.answers |= {"GET /_ping": Answer(pieces=(b"OK",)), "HEAD /_ping": Answer()}
    for prefix, lines in (
        (V, (b'{"stream":"STEP 1/2: FROM"}\n', b'{"stream":"%s\\n"}\n' % BUILT.encode())),
        (D, (b'{"stream":"Step 1/2"}\n', b'{"aux":{"ID":"sha256:%s"}}\n' % BUILT.encode())),
    ):
        fake_host.answers[f"POST {prefix}/build"] = Answer(pieces=lines)
    return fake_host


def built_as(host: FakeHost, *names: str) -> None:
    """From then on the host has that image."""
    for name in names:
        quoted = name.replace("/", "%2F")
        host.answers[f"GET /v5.0.0/libpod/images/{quoted}/json"] = Answer(
            value={"Id": BUILT, "RepoTags": list(names)}
        )


@pytest.fixture
async def door(there: FakeHost, knock: Knock, cast: Cast) -> Door:
    return await knock(await in_thread(person_of, cast.alice))


def builds(host: FakeHost) -> list[str]:
    return host.lines(of="/build")


async def build(
    door: Door, query: dict[str, Any], tar: bytes | None = None, prefix: str = V
) -> Any:
    body = tar_of({"Containerfile": FILE}) if tar is None else tar
    got = await door.ask(f"POST {prefix}/build?{urlencode(query, doseq=True)}", body=body)
    await ended(door)
    return got


async def ended(door: Door) -> None:
    """A client hears the end of a stream before the log has it; with the next answer it is there."""
    await door.ask("HEAD /_ping")


async def test_as_podmans_own_client_asks(there: FakeHost, door: Door, entry_of: Entries) -> None:
    built_as(there, "localhost/shop:1")
    tar = tar_of({"Containerfile": FILE, "page": "seals"}, how="w:gz")
    got = await build(door, PODMANS, tar)
    assert (got.status, BUILT.encode() in got.body) == (200, True)
    (line,) = builds(there)
    sent = parse_qs(line.partition("?")[2], keep_blank_values=True)
    assert (sent["dockerfile"], sent["t"]) == (["Containerfile"], ["localhost/shop:1"])
    assert not sent.keys() & {"seccomp", "idmappingoptions", "output"}
    assert refusal(*line.split(" ")) is None
    (reached,) = [one for one in there.reached if "/build" in one.line]
    assert content(reached.body) == {"Containerfile": FILE, "page": "seals"}
    assert reached.fields[b"content-type"] == [b"application/x-tar"]
    intent, outcome = await entry_of("image.build")
    assert json.loads(intent.params_text)["tags"] == ["localhost/shop:1"]
    assert (outcome.result, outcome.detail) == ("ok", "200")
    assert not await in_thread(OpenTransfer.objects.exists)


async def test_as_docker_asks(there: FakeHost, door: Door, entry_of: Entries) -> None:
    built_as(there, "docker.io/library/shop:1")
    head = ("X-Registry-Config: e30=", "Content-Type: application/x-tar")
    body = tar_of({"Dockerfile": FILE})
    got = await door.ask(f"POST {D}/build?{urlencode(DOCKERS)}", *head, body=body)
    assert got.status == 200
    await ended(door)
    (line,) = builds(there)
    sent = parse_qs(line.partition("?")[2], keep_blank_values=True)
    assert sent["t"] == ["docker.io/library/shop:1"]
    assert json.loads(sent["buildargs"][0]) == {"A": "canary"}
    assert json.loads(sent["labels"][0]) == {"team": "seals"}
    assert refusal(*line.split(" ")) is None
    (reached,) = [one for one in there.reached if "/build" in one.line]
    assert reached.fields[b"x-registry-config"] == [b"e30="]
    intent, outcome = await entry_of("image.build")
    assert outcome.result == "ok"
    assert "canary" not in intent.params_text
    assert json.loads(intent.params_text)["argument_names"] == ["A"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"remote": "http://10.0.0.1/x"}, 403),
        ({"volume": "shop:/host"}, 400),
        ({"volume": ["/srv:/host", "/:/host:ro:x"]}, 400),
        ({"volume": "/srv\\:/x:/host"}, 400),
        ({"volume": "/srv:/host:upperdir=/etc,made-up"}, 400),
        ({"devices": "/dev/sda"}, 400),
        ({"outputs": "x"}, 403),
        ({"output": "type=local,dest=/etc"}, 403),
        ({"rusagelogfile": "/etc/x"}, 403),
        ({"from": "dir:/etc"}, 403),
        ({"cppflags": "-I/"}, 403),
        ({"buildid": "1"}, 403),
        ({"dockerfile": "../Containerfile"}, 400),
        ({"dockerfile": '["http://10.0.0.1/x"]'}, 400),
        ({"dockerfile": '["a","b"]'}, 403),
        ({"dockerfile": "Containerfile.in"}, 400),
        ({"t": "oci-archive:/etc/x"}, 400),
        ({"t": ["a:1", "dir:/etc"]}, 400),
        ({"manifest": "dir:/etc"}, 400),
        ({"cachefrom": '["dir:/etc"]'}, 400),
        ({"cacheto": '["quay.io/a/b"]'}, 403),
        ({"additionalbuildcontexts": '{"a":{"IsImage":false,"Value":"/etc"}}'}, 403),
        ({"additionalbuildcontexts": '{"a":{"IsImage":true,"IsURL":true,"Value":"x"}}'}, 403),
        ({"additionalbuildcontexts": '{"a":{"IsImage":true,"Value":"dir:/etc"}}'}, 400),
        ({"secrets": '["id=a,src=/etc/shadow"]'}, 403),
        ({"secrets": '["id=a,src=../x"]'}, 403),
        ({"secrets": '["id=a,env=PATH,src=x"]'}, 403),
        ({"nsoptions": '[{"Name":"network","Host":false,"Path":"/proc/1/ns/net"}]'}, 403),
        ({"nsoptions": "{}x"}, 400),
        ({"networkmode": "container:x"}, 403),
        ({"isolation": "vm"}, 403),
        ({"seccomp": "/etc/shadow"}, 403),
        ({"apparmor": "mine"}, 403),
        ({"idmappingoptions": '{"HostUIDMapping":false,"UIDMap":[]}'}, 403),
        ({"buildargs": '{"A":"b","A":"c"}'}, 400),
        ({"buildargs": '{"A":1}'}, 400),
        ({"labels": '{"io.haulout.job":"1"}'}, 400),
        ({"shmsize": "many"}, 400),
    ],
)
@pytest.mark.parametrize("prefix", [V, D])
async def test_what_would_reach_the_host_is_refused_by_name(
    there: FakeHost, door: Door, given: dict[str, Any], status: int, prefix: str
) -> None:
    got = await build(door, given, prefix=prefix)
    assert got.status == status, got.json
    assert builds(there) == []


@pytest.mark.parametrize(
    ("given", "files"),
    [
        ({"dockerfile": '["/var/tmp/build1"]'}, {"/var/tmp/build1": FILE}),
        ({"dockerfile": "deep/File"}, {"deep/File": FILE}),
        ({}, {"Dockerfile": FILE}),
        ({"secrets": '["id=a,src=podman-build-secret1"]'}, {"podman-build-secret1": "x"}),
        ({"secrets": '["id=a,src=podman-build-secret1"]'}, {"/c/podman-build-secret1": "x"}),
        ({"additionalbuildcontexts": '{"a":{"IsImage":true,"Value":"quay.io/a/b"}}'}, {}),
        ({"networkmode": "2", "nsoptions": '[{"Name":"network","Host":true,"Path":""}]'}, {}),
        ({"volume": ["/srv:/host:ro,z", "/opt:/opt"], "devices": '["/dev/fuse"]'}, {}),
        ({"addcaps": '["SYS_ADMIN"]', "labelopts": '["disable"]', "seccomp": "unconfined"}, {}),
    ],
)
async def test_what_is_judged_and_passes(
    there: FakeHost, door: Door, given: dict[str, Any], files: dict[str, str]
) -> None:
    got = await build(door, given, tar_of({"Containerfile": FILE, **files}))
    assert got.status == 200, got.json
    (line,) = builds(there)
    assert refusal(*line.split(" ")) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"volume": "/:/host"}, "“below srv” refuses it (volume"),
        ({"volume": ["/srv/a:/a", "/srv/../etc:/host"]}, "“below srv”"),
        ({"volume": "/srv/a:/host:O,upperdir=/etc/x"}, "“below srv”"),
        ({"devices": '["/dev/fuse","/dev/sda:/dev/fuse"]'}, "“fuse alone” refuses it (devices"),
    ],
)
async def test_what_run_would_have_of_the_host_is_judged_as_of_a_container(
    there: FakeHost, door: Door, given: dict[str, Any], words: str
) -> None:
    def rules() -> None:
        common = {"severity": "refuse", "everywhere": True}
        mounts, devices = {"allow": ["/srv"]}, {"allow": ["/dev/fuse"]}
        Guardrail.objects.create(name="below srv", kind="mounts", settings=mounts, **common)
        Guardrail.objects.create(name="fuse alone", kind="devices", settings=devices, **common)

    await in_thread(rules)
    got = await build(door, given)
    assert (got.status, words in got.json["message"]) == (403, True), got.json
    assert builds(there) == []
    got = await build(door, {"volume": "/srv/a:/a:ro", "devices": '["/dev/fuse"]'})
    assert got.status == 200


async def test_folders_of_the_host_are_for_those_who_may_create_containers(
    there: FakeHost, knock: Knock, fleet: Fleet
) -> None:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1))
    verbs = frozenset({"host.view", "image.view", "image.build"})
    door = await knock(await in_thread(lambda: fleet.person(verbs=verbs)))
    for given in ({"volume": "/srv:/x"}, {"devices": '["/dev/fuse"]'}):
        got = await build(door, given)
        assert (got.status, "container.create" in got.json["message"]) == (403, True)
    assert builds(there) == []
    assert (await build(door, {})).status == 200


@pytest.mark.parametrize(
    ("file", "status", "words"),
    [
        ("FROM docker-archive:/etc/x\n", 400, "Line 1"),
        ("FROM scratch\nCOPY --from=dir:/etc / /\n", 400, "Line 2"),
        ("ARG A\nFROM $A\n", 400, "line 2"),
        ("FROM quay.io/other/x\n", 403, "ours"),
        ("FROM quay.io/lab/x\nRUN --network=host id\n", 403, "net"),
        ("FROM quay.io/lab/x\nRUN --security=insecure id\n", 403, "privileged"),
    ],
)
async def test_the_containerfile_is_judged(
    there: FakeHost,
    door: Door,
    entry_of: Entries,
    file: str,
    status: int,
    words: str,
) -> None:
    def rules() -> None:
        common = {"severity": "refuse", "everywhere": True}
        allow = {"allow": ["quay.io/lab/*"], "archives": True}
        Guardrail.objects.create(name="ours", kind="images", settings=allow, **common)
        Guardrail.objects.create(name="privileged", kind="privileged", settings={}, **common)
        Guardrail.objects.create(name="net", kind="host_namespaces", settings={}, **common)

    await in_thread(rules)
    got = await build(door, {"t": "shop:1"}, tar_of({"Containerfile": file}))
    assert (got.status, words in got.json["message"]) == (status, True), got.json
    assert not any(one.body.endswith(bytes(1024)) for one in there.reached)
    assert (await entry_of("image.build"))[-1].kind in ("outcome", "refusal")
    results = [one.result for one in await entry_of("image.build") if one.kind == "outcome"]
    assert results == ["failed"]


@pytest.mark.parametrize(
    ("files", "link", "words"),
    [
        ({"Containerfile": FILE, "/etc/page": "x"}, "", "absolute"),
        ({"Containerfile": FILE, "../page": "x"}, "", "upwards"),
        ({"page": FILE}, "Containerfile", "Podman reads this file"),
        ({"Containerfile": FILE}, "podman-build-secret1", "Podman reads this file"),
    ],
)
async def test_the_context_stays_in_itself(
    there: FakeHost, door: Door, files: dict[str, str], link: str, words: str
) -> None:
    links = [(link, "/etc/shadow")] if link else []
    secrets = '["id=a,src=podman-build-secret1"]'
    got = await build(door, {"secrets": secrets}, tar_of(files, links=links))
    assert (got.status, words in got.json["message"]) == (400, True), got.json
    assert not any(one.body.endswith(bytes(1024)) for one in there.reached)


async def test_a_build_that_fails(there: FakeHost, door: Door, entry_of: Entries) -> None:
    there.answers[f"POST {V}/build"] = Answer(
        pieces=(b'{"stream":"STEP 1/2"}\n', b'{"error":"make: not found"}\n')
    )
    got = await build(door, {"t": "shop:1"})
    assert (got.status, b"make: not found" in got.body) == (200, True)
    assert (await entry_of("image.build"))[-1].detail == "200 make: not found"


async def test_what_came_to_be_is_looked_at(there: FakeHost, door: Door, entry_of: Entries) -> None:
    """A rule that came while it was built."""
    going = asyncio.Event()
    there.answers[f"POST {V}/build"] = Answer(
        pieces=(b'{"stream":"%s\\n"}\n' % BUILT.encode(),), waits=going
    )
    tar = tar_of({"Containerfile": FILE})
    await door.send(f"POST {V}/build?t=quay.io/prod/shop:1", body=tar)
    async with asyncio.timeout(10):
        while not any(one.body for one in there.reached):
            await there.more.wait()
            there.more.clear()
    built_as(there, "quay.io/prod/shop:1")

    def rule() -> None:
        Guardrail.objects.create(
            name="ours",
            kind="images",
            settings={"refuse": ["quay.io/prod/*"], "archives": True},
            severity="refuse",
            everywhere=True,
        )

    await in_thread(rule)
    going.set()
    got = await door.answer("POST")
    await ended(door)
    last = json.loads(got.body.splitlines()[-1])
    assert (got.status, "kept" in last["error"]) == (200, True)
    assert last["errorDetail"]["message"] == last["error"]
    assert (await entry_of("image.build"))[-1].result == "failed"


async def test_a_client_that_goes_ends_it(there: FakeHost, door: Door, entry_of: Entries) -> None:
    there.answers[f"POST {V}/build"] = Answer(pieces=(b'{"stream":"STEP 1/2"}\n',), stays=True)
    await door.send(f"POST {V}/build?t=shop:1", body=tar_of({"Containerfile": FILE}))
    door.answers.asked("POST")
    async with asyncio.timeout(10):
        while not isinstance(await door.event(), Body):
            continue
        door.writer.close()
        await there.left.wait()
        await door.serving
    assert (await entry_of("image.build"))[-1].result == "unknown"
    # it is looked for later, as one of the pages is
    assert await in_thread(lambda: OpenTransfer.objects.get().image) == "localhost/shop:1"
