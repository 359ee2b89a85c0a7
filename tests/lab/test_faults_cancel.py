"""A pull that is cancelled midway (R18): it ends as cancelled, and nothing of it goes on."""

from typing import Any

import pytest

from tests.lab.troubled import Troubled, broken_stack, images_of, pulled_bytes, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = pytest.mark.timeout(240)


def connections_to(host: Any, port: str) -> int:
    """Established connections of the host to that port, as its own kernel counts them."""
    wanted = f":{int(port):04X}"
    rows = host.run("cat", "/proc/net/tcp").splitlines()[1:]
    return sum(row.split()[2].endswith(wanted) and row.split()[3] == "01" for row in rows)


def test_cancelled_in_mid_pull(troubled: Troubled, lab: Any, registry: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    reference = f"{registry.slow_address}/lab/layers:latest"
    port = registry.slow_address.rpartition(":")[2]
    host.podman("rmi", "-f", "-i", reference)
    before = troubled.last_entry()
    job = troubled.ask("pull_image", endpoint, reference=reference)["job"]
    until("bytes arrive", lambda: pulled_bytes(troubled.job(job)) > 0, timeout_s=60)
    assert connections_to(host, port) > 0

    troubled.ask("cancel_job", job)
    ended = troubled.ended(job, within_s=20)
    assert ended["state"] == "cancelled", ended
    # what had come until then stays to be seen
    assert pulled_bytes(ended) > 0
    until("the host pulls no more", lambda: connections_to(host, port) == 0, timeout_s=20)
    assert images_of(host, reference) == []
    assert troubled.verbs(before, "intent") == {("image.pull", ""): 1}
    assert troubled.verbs(before, "outcome") == {("image.pull", "cancelled"): 1}
    troubled.hold(host)
