"""A pod whose init container Podman takes for running although it has ended."""

import asyncio
import json

import pytest

from hosts.podman import Podman, UnixDial, errors, pods
from tests.hosts.podman.fake import Request, answer, serving

INIT = "failed to remove once init container 0bb6: cannot remove container 0bb6 as it is running"
STARTS = (
    "container 1dcd must be in Created or Stopped state to be started: container state improper"
)
DONE = answer("200 OK", b'{"Id": "ab"}')


def failed(words: str) -> bytes:
    told = {"cause": words, "message": words, "response": 500}
    return answer("500 Internal Server Error", json.dumps(told).encode())


async def started(answers: list[bytes]) -> tuple[bool | None, int]:
    """Whether it started, None with the error, and how often Podman was asked."""

    async def handler(_asked: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop(0))

    async with serving(handler) as fake, Podman(UnixDial(fake.path)) as podman:
        try:
            result = await pods.start(podman, "ab")
        except errors.ServerFault:
            result = None
        return result, len(fake.asked)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pods, "_START_AGAIN_S", (0.0, 0.0, 0.0))


async def test_it_is_started_again() -> None:
    assert await started([failed(INIT), failed(STARTS), DONE]) == (True, 3)


async def test_four_times_at_most() -> None:
    assert await started([failed(INIT) for _ in range(5)]) == (None, 4)


async def test_other_errors_are_errors() -> None:
    assert await started([failed("cannot listen on the TCP port"), DONE]) == (None, 1)
