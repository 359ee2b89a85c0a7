"""What a host tells of a pull: bounded, since it stands in the job's row."""

from collections.abc import AsyncIterator
from typing import Any

from hosts.actions.images import pulling
from hosts.podman import images
from hosts.podman.images import PullProgress
from tests.hosts.jobs.test_errand import errand


async def test_a_host_with_endless_layers(monkeypatch: Any) -> None:
    async def told(*_args: Any, **_named: Any) -> AsyncIterator[PullProgress]:
        for number in range(2000):
            yield PullProgress(f"{number:012x}", "Downloading" * 50, 1, 2, "")
        yield PullProgress("0" * 12, "Download complete", 2, 2, "")

    async def nobody(*_args: Any) -> None:
        return None

    monkeypatch.setattr(images, "pull", told)
    monkeypatch.setattr(pulling, "auth_for", nobody)
    one = errand()
    one._saved_at = float("inf")
    await pulling.pull_into(one, "registry.example/shop:1")
    layers = one.progress["layers"]
    assert len(layers) == pulling.MOST_LAYERS
    assert layers[0]["status"] == "Download complete"
    assert max(len(str(layer["status"])) for layer in layers) == 64
