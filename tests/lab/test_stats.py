"""What a real busy container uses, as the link gathers it, beside what Podman itself says."""

import time
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from hosts import control
from hosts.models import Endpoint, StatsChunk, StatsStanding
from hosts.stats.history import RANGES, history
from hosts.stats.metrics import TOTAL, key_of
from tests.cast import Cast
from tests.lab.hosts import Lab
from tests.lab.link_process import Link, link, register, until

__all__ = ["link"]
pytestmark = pytest.mark.usefixtures("clean_hosts")

# 40 MiB that stay in memory, and a loop that its quota holds at a fifth of a core
BUSY = "head -c 41943040 /dev/zero > /dev/shm/held; while :; do :; done"


def used(host: Any, name: str) -> tuple[int, int, int]:
    """(CPU so far in ns, the host's clock in ns, memory) by `podman stats`."""
    form = "{{.CPUNano}} {{.SystemNano}} {{.ContainerStats.MemUsage}}"
    text = host.podman("stats", "--no-stream", "--format", form, name)
    cpu_ns, system_ns, memory = map(int, text.split())
    return cpu_ns, system_ns, memory


def run(host: Any, name: str, *command: str, options: tuple[str, ...] = ()) -> str:
    return str(
        host.podman("run", "-d", "--name", name, *options, "localhost/busybox", *command)
    ).strip()


def told_of(endpoint: Endpoint, *keys: bytes) -> dict[str, Any]:
    """What the link has gathered and not written yet."""
    return async_to_sync(control.stats_tail)(endpoint.pk, [key.hex() for key in keys])


def test_a_busy_container_is_seen_as_podman_sees_it(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    busy_id = run(host, "busy", "sh", "-c", BUSY, options=("--cpus", "0.2", "--memory", "128m"))
    idle_id = run(host, "idle", "sleep", "1000")
    busy, idle = key_of(busy_id), key_of(idle_id)
    endpoint = register(host)
    before = used(host, "busy")
    until(
        "three samples are gathered",
        lambda: len(told_of(endpoint, busy)["times"]) >= 3,
        timeout_s=60,
    )
    after = used(host, "busy")
    # what is not written yet is written when the link ends in order
    link.stop()
    assert StatsChunk.objects.filter(endpoint=endpoint).count() in (1, 2)
    over = RANGES["1h"]
    found: dict[Any, Any] = history(
        endpoint.pk, [busy, idle, TOTAL], over=over, now_s=int(time.time())
    )
    _, values = found[busy].columns(over=over)
    theirs = (after[0] - before[0]) / (after[1] - before[1]) * 10_000
    ours = sum(values["cpu"]) / len(values["cpu"])
    # the same seconds only about, on a machine with other work
    assert ours == pytest.approx(theirs, rel=0.5)
    assert values["memory"][-1] == pytest.approx(after[2], rel=0.05)
    assert values["memory"][-1] > 39 * 2**20
    assert set(values["limit"]) == {128 * 2**20}
    _, still = found[idle].columns(over=over)
    assert max(still["cpu"]) < min(values["cpu"])
    _, sums = found[TOTAL].columns(over=over)
    assert sums["memory"][-1] >= values["memory"][-1]
    standing = StatsStanding.objects.get(endpoint=endpoint)
    assert (standing.reason_kind, standing.memory_bytes > 39 * 2**20) == ("", True)


def test_statistics_raise_no_revision(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    run(host, "still", "sleep", "1000")
    endpoint = register(host)
    until("its row is there", lambda: StatsStanding.objects.filter(endpoint=endpoint).exists())
    endpoint.refresh_from_db()
    before = endpoint.revision
    until("it is sampled", lambda: len(told_of(endpoint)["times"]) >= 1, timeout_s=60)
    endpoint.refresh_from_db()
    assert endpoint.revision == before


def test_a_rootless_endpoint_is_gathered_from_or_its_page_says_why_not(
    lab: Lab, link: Link, cast: Cast, browser_of: Any
) -> None:
    """Podman gives users' statistics with cgroups v2 only."""
    host = next(one for one in lab.hosts if any(login.uid for login in one.logins))
    user = next(login.user for login in host.logins if login.uid)
    cgroups = host.podman("info", "--format", "{{.Host.CgroupsVersion}}", user=user).strip()
    endpoint = register(host, user=user)
    standing = StatsStanding.objects.filter(endpoint=endpoint)
    refused = standing.filter(reason_kind="cgroups-v1")
    if cgroups == "v1":
        until("the refusal is kept", refused.exists)
    else:
        until("it is sampled", standing.filter(reason_kind="").exists, timeout_s=60)
    page = browser_of(cast.charlie).get(f"/hosts/{endpoint.host_id}/stats/").content.decode()
    page = page.partition("<template")[0]  # which holds the words for whatever may come
    assert ("gives no statistics" in page) == refused.exists()
    for reason in refused.values_list("reason", flat=True):
        assert "only from cgroups v2" in page
        assert reason in page
    # and its inventory stands all the same
    endpoint.refresh_from_db()
    assert endpoint.state == "up"
