"""What a host tells of a pull: bounded, since it stands in the job's row."""

import json
from typing import Any

import pytest

from hosts.actions.images import pull
from tests.hosts.jobs.conftest import endpoint
from tests.hosts.jobs.test_errand import errand
from tests.hosts.podman.fake import answer, chunked, says, talking

__all__ = ["endpoint"]

IMAGE_ID = "6aa8ddf7e156" + "0" * 52


def line(layer: str, status: str) -> bytes:
    told = {"status": status, "progressDetail": {"current": 1, "total": 2}, "id": layer}
    return json.dumps(told).encode() + b"\n"


@pytest.mark.django_db(transaction=True)
async def test_a_host_with_endless_layers(endpoint: Any) -> None:
    told = [line(f"{number:012x}", "Downloading" * 50) for number in range(2000)]
    told.append(line("0" * 12, "Download complete"))
    saved: list[dict[str, Any]] = []

    async def save(_job: Any, values: dict[str, Any]) -> None:
        saved.append(values)

    one = errand()
    one.endpoint, one._save = endpoint, save
    found = answer("200 OK", json.dumps({"Id": IMAGE_ID}).encode())
    async with talking(says(chunked(*told), found)) as (podman, _fake):
        one.podman = podman
        assert await pull.pull_into(one, "registry.example/shop:1") == IMAGE_ID
    layers = one.progress["layers"]
    assert len(layers) == pull.MOST_LAYERS
    assert layers[0]["status"] == "Download complete"
    assert max(len(str(layer["status"])) for layer in layers) == 64
    assert saved
    assert all(len(one["progress"]["layers"]) <= pull.MOST_LAYERS for one in saved)
