"""A worker killed in mid-pull (R1): another one takes the job, and there is one of everything."""

import time
from typing import Any

import pytest

from tests.lab.troubled import Troubled, broken_stack, images_of, pulled_bytes, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = pytest.mark.timeout(240)
# lease 30 s + look 4 s, and a busy machine
TAKEN_WITHIN_S = 40.0


def test_worker_killed_in_mid_pull(troubled: Troubled, lab: Any, registry: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    reference = f"{registry.slow_address}/lab/layers:latest"
    host.podman("rmi", "-f", "-i", reference)
    before = troubled.last_entry()
    job = troubled.ask("pull_image", endpoint, reference=reference)["job"]
    until("bytes arrive", lambda: pulled_bytes(troubled.job(job)) > 0, timeout_s=60)
    first = troubled.worker("long")
    assert troubled.job(job)["state"] == "running"
    first.kill()
    killed = time.monotonic()
    assert images_of(host, reference) == []

    until(
        "another worker takes it", lambda: troubled.job(job)["claim"] == 2, timeout_s=TAKEN_WITHIN_S
    )
    assert time.monotonic() - killed < TAKEN_WITHIN_S
    troubled.ended_ok(job)
    assert len(images_of(host, reference)) == 1
    assert troubled.job(job)["lost_workers"] == 1
    assert troubled.verbs(before, "intent") == {("image.pull", ""): 1}
    assert troubled.verbs(before, "outcome") == {("image.pull", "ok"): 1}
    # the image that an earlier test left went by our own hand above, and may be observed late
    assert ("image.pull", "") not in troubled.verbs(before, "observed")
    host.podman("rmi", "-f", reference)
    troubled.hold(host)
