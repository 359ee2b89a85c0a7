"""An endpoint in the database, and hours of its statistics as the link would have written them."""

from collections.abc import Callable

import pytest

from hosts.models import Endpoint
from hosts.stats import store
from hosts.stats.gather import Chunk, Sample
from hosts.stats.metrics import TOTAL
from tests import make

# a whole hour
BEGIN = 1_795_557_600
SECOND_OF = Callable[[int], Sample | None]


@pytest.fixture
def endpoint(db: None) -> Endpoint:
    return make.endpoint("h1", socket="/run/podman.sock")


def sample(cpu: int = 100, memory: int = 1024, **more: int) -> Sample:
    """A sample with a cheap default for the rest."""
    return (
        cpu,
        memory,
        more.get("limit", 4096),
        more.get("received", 10),
        more.get("sent", 20),
        more.get("read", 30),
        more.get("written", 40),
        more.get("pids", 2),
    )


def write_stats(
    endpoint: Endpoint,
    what: dict[bytes, Callable[[int], Sample | None]],
    *,
    begin: int = BEGIN,
    seconds: int = 3600,
) -> None:
    """Samples every ten seconds; `what(second since begin)` gives each key's."""
    for start in range(0, seconds, 300):
        chunk = Chunk()
        for second in range(start, min(start + 300, seconds), 10):
            found = {key: one for key, of in what.items() if (one := of(second))}
            chunk.add(begin + second, {TOTAL: sample(), **found})
        chunk.close()
        store.save_chunk(endpoint.pk, store.pack_chunk(chunk))
