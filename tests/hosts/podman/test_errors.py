"""Each kind of refusal arrives as its own error, with Podman's own words."""

import json

import pytest

from hosts.podman import containers, errors, pods
from tests.hosts.podman.fake import answer, says, talking


def refusal(cause: str, message: str, status: int) -> bytes:
    return json.dumps({"cause": cause, "message": message, "response": status}).encode()


@pytest.mark.parametrize(
    ("status", "cause", "kind"),
    [
        ("400 Bad Request", "bad", errors.BadRequest),
        ("404 Not Found", "no such container", errors.NotFound),
        ("409 Conflict", "container state improper", errors.Conflict),
        ("500 Internal Server Error", "container state improper", errors.Conflict),
        ("500 Internal Server Error", "that name is already in use", errors.Conflict),
        ("500 Internal Server Error", "x:1: image not known", errors.NotFound),
        ("500 Internal Server Error", "invalid argument", errors.BadRequest),
        ("500 Internal Server Error", "runtime error: index out of range", errors.ServerFault),
        ("418 I'm a teapot", "tea", errors.PodmanError),
    ],
)
async def test_status_and_cause_choose_the_error(
    status: str, cause: str, kind: type[errors.PodmanError]
) -> None:
    said = answer(status, refusal(cause, f"long words: {cause}", int(status[:3])))
    async with talking(says(said)) as (podman, _):
        with pytest.raises(errors.PodmanError) as caught:
            await containers.inspect(podman, "web")
    assert type(caught.value) is kind
    assert caught.value.cause == cause
    assert caught.value.message == f"long words: {cause}"
    assert caught.value.status == int(status[:3])


async def test_unknown_route_is_not_a_missing_object() -> None:
    plain = (
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nNot Found"
    )
    async with talking(says(plain)) as (podman, _):
        with pytest.raises(errors.Unsupported):
            await containers.inspect(podman, "web")


async def test_relay_says_why_the_host_is_away() -> None:
    body = refusal("host away", "web1 does not answer since 10:02", 503)
    said = answer("503 Service Unavailable", body, "Connection: close")
    async with talking(says(said)) as (podman, _):
        with pytest.raises(errors.Unavailable) as caught:
            await containers.start(podman, "web")
    assert type(caught.value) is errors.Unavailable
    assert caught.value.cause == "host away"
    assert not caught.value.maybe_done


async def test_pod_tells_the_errors_of_its_containers() -> None:
    said = answer("409 Conflict", b'{"Errs":["one is gone","two is stuck"],"Id":"p"}')
    async with talking(says(said)) as (podman, _):
        with pytest.raises(errors.Conflict) as caught:
            await pods.stop(podman, "p")
    assert caught.value.message == "one is gone; two is stuck"


async def test_already_so_is_no_error() -> None:
    same = b"HTTP/1.1 304 Not Modified\r\nApi-Version: 1.41\r\n\r\n"
    async with talking(says(same, answer("204 No Content"))) as (podman, _):
        assert await containers.start(podman, "web") is False
        assert await containers.start(podman, "web") is True


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "308 Permanent Redirect"])
async def test_redirects_are_never_followed(status: str) -> None:
    said = answer(status, b"", "Location: /v5.0.0/libpod/containers/other/start")
    async with talking(says(said)) as (podman, fake):
        with pytest.raises(errors.Malformed):
            await containers.start(podman, "web")
    assert [asked.line for asked in fake.asked] == [
        "POST /v5.0.0/libpod/containers/web/start HTTP/1.1"
    ]


async def test_plain_words_of_a_panic_are_kept_and_cut() -> None:
    said = answer("500 Internal Server Error", b"panic: " + b"x" * 10_000, kind="text/plain")
    async with talking(says(said)) as (podman, _):
        with pytest.raises(errors.ServerFault) as caught:
            await containers.inspect(podman, "web")
    assert caught.value.message.startswith("panic: xxx")
    assert len(caught.value.message) == errors.MESSAGE_LIMIT
