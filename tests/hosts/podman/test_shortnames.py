"""Short names become full ones, by Podman itself or, where it cannot, by its registries."""

import json

import pytest

from hosts.podman import errors, shortnames
from hosts.podman.shortnames import is_qualified
from tests.hosts.podman.fake import answer, says, talking

METHOD_NOT_ALLOWED = (
    b"HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: 0\r\n\r\n"
)


@pytest.mark.parametrize(
    ("reference", "qualified"),
    [
        ("nginx", False),
        ("library/nginx:1", False),
        ("nginx:1.27", False),
        ("docker.io/library/nginx", True),
        ("localhost/mine", True),
        ("10.77.0.1:5000/a", True),
        ("registry:5000/a@sha256:00", True),
    ],
)
def test_is_qualified(reference: str, qualified: bool) -> None:
    assert is_qualified(reference) is qualified


async def test_podman_answers() -> None:
    said = answer(
        "200 OK", b'{"Names":["a.example/nginx:latest","docker.io/library/nginx:latest"]}'
    )
    async with talking(says(said)) as (podman, _):
        assert await shortnames.resolve(podman, "nginx") == [
            "a.example/nginx:latest",
            "docker.io/library/nginx:latest",
        ]


@pytest.mark.parametrize(
    ("search", "name", "full"),
    [
        (["a.example", "docker.io"], "x", ["a.example/x:latest", "docker.io/library/x:latest"]),
        (["docker.io"], "me/x:2", ["docker.io/me/x:2"]),
        (["docker.io"], "x@sha256:00", ["docker.io/library/x@sha256:00"]),
    ],
)
async def test_old_podman_lets_its_registries_tell(
    search: list[str], name: str, full: list[str]
) -> None:
    info = answer("200 OK", json.dumps({"registries": {"search": search}}).encode())
    async with talking(says(METHOD_NOT_ALLOWED, info)) as (podman, _):
        assert await shortnames.resolve(podman, name) == full


@pytest.mark.parametrize("registries", [{"search": []}, {"search": None}, {}, None])
async def test_host_that_searches_nowhere_is_told(registries: object) -> None:
    info = answer("200 OK", json.dumps({"registries": registries}).encode())
    async with talking(says(METHOD_NOT_ALLOWED, info)) as (podman, _):
        with pytest.raises(errors.BadRequest):
            await shortnames.resolve(podman, "x")


async def test_full_name_needs_no_host() -> None:
    async with talking(says(b"")) as (podman, fake):
        assert await shortnames.resolve(podman, "quay.io/a/b") == ["quay.io/a/b:latest"]
    assert fake.asked == []
