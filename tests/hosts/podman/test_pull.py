"""A pull tells bytes per layer, ends with the image's id, and fails in Podman's own words."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from hosts.podman import errors, pull
from hosts.podman.registry_auth import Credential
from tests.hosts.podman.fake import answer, chunked, ends_with, says, talking

REFERENCE = "registry.example:5000/lab/big:1"
IMAGE_ID = "6aa8ddf7e156" + "0" * 52


def lines(*sent: dict[str, Any]) -> list[bytes]:
    return [json.dumps(line).encode() + b"\n" for line in sent]


BEGIN = {"status": "Pulling fs layer", "progressDetail": {}, "id": "145809b4fc3a"}
BYTES = {
    "status": "Downloading",
    "progressDetail": {"current": 3055510, "total": 12001714},
    "progress": "[====>   ]  3.056MB/12MB",
    "id": "145809b4fc3a",
}
DONE = {"status": "Download complete", "progressDetail": {}, "id": "6aa8ddf7e156"}


async def outcome(*said: bytes, reference: str = REFERENCE) -> list[Any]:
    async with talking(says(*said)) as (podman, _):
        return [step async for step in pull.pull(podman, reference)]


async def test_layers_then_the_image() -> None:
    found = answer("200 OK", json.dumps({"Id": IMAGE_ID}).encode())
    steps = await outcome(chunked(*lines(BEGIN, BYTES, DONE)), found)
    assert steps == [
        pull.PullProgress("145809b4fc3a", "Pulling fs layer", None, None, "Pulling fs layer"),
        pull.PullProgress(
            "145809b4fc3a", "Downloading", 3055510, 12001714, "[====>   ]  3.056MB/12MB"
        ),
        pull.PullProgress("6aa8ddf7e156", "Download complete", None, None, "Download complete"),
        pull.PullResult(IMAGE_ID),
    ]


async def test_credential_goes_with_the_request_and_not_into_words() -> None:
    credential = Credential("alice", "s3cret/+?", "registry.example:5000")
    said = answer("401 Unauthorized", b'{"message":"unauthorized: authentication required"}')
    async with talking(says(said)) as (podman, fake):
        with pytest.raises(errors.PullFailed) as caught:
            _ = [step async for step in pull.pull(podman, REFERENCE, credential=credential)]
    assert caught.value.status == 401
    assert caught.value.message == "unauthorized: authentication required"
    header = fake.asked[0].headers["x-registry-auth"]
    assert json.loads(urlsafe_b64decode(header)) == {
        "username": "alice",
        "password": "s3cret/+?",
        "serveraddress": "registry.example:5000",
    }
    assert "s3cret" not in repr(credential)
    assert "s3cret" not in fake.asked[0].line


@pytest.mark.parametrize(
    "line",
    [
        {"error": "manifest unknown", "errorDetail": {"message": "manifest unknown"}},
        {"error": "manifest unknown", "progressDetail": {}},
        {"message": "manifest unknown"},
    ],
)
async def test_error_inside_200(line: dict[str, Any]) -> None:
    with pytest.raises(errors.PullFailed) as caught:
        await outcome(chunked(*lines(BEGIN, line)))
    assert caught.value.message == "manifest unknown"


async def test_stream_that_breaks_is_no_verdict() -> None:
    async with talking(ends_with(chunked(*lines(BEGIN, BYTES), end=False))) as (podman, _):
        with pytest.raises(errors.Interrupted):
            _ = [step async for step in pull.pull(podman, REFERENCE)]


async def test_end_without_an_image() -> None:
    none = answer("404 Not Found", b'{"cause":"no such image","message":"none","response":404}')
    with pytest.raises(errors.PullFailed):
        await outcome(chunked(*lines(BEGIN)), none)
    with pytest.raises(errors.Interrupted):
        await outcome(chunked())


async def test_host_away_stays_unavailable() -> None:
    away = b'{"cause":"host away","message":"web1 is away","response":503}'
    with pytest.raises(errors.Unavailable):
        await outcome(answer("503 Service Unavailable", away))


@pytest.mark.parametrize("name", ["nginx", "library/nginx", "nginx:1.27", "/x", "docker.io/"])
async def test_name_without_registry_is_refused_unsent(name: str) -> None:
    async with talking(says(chunked())) as (podman, fake):
        with pytest.raises(errors.PullFailed):
            _ = [step async for step in pull.pull(podman, name)]
    assert fake.asked == []
