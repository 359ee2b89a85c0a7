"""How containers end on a real host: what somebody stopped is no error, a crash loop is not running."""

from typing import Any

import pytest

from dashboard.furniture.container_ends import failed as is_failed
from dashboard.furniture.container_ends import in_a_loop, out_of_memory
from hosts.models import Container
from tests.lab.hosts import Lab
from tests.lab.link_process import Link, link, register, state_of, until
from tests.lab.podman_hosts import can_limit

__all__ = ["link"]
pytestmark = pytest.mark.usefixtures("clean_hosts")
# takes no notice of SIGTERM, as a first process without a handler does: Podman kills it
FOREVER = ("localhost/busybox", "sh", "-c", "while :; do sleep 1; done")


def failed() -> set[str]:
    """Names of what pages show red."""
    return set(Container.objects.filter(is_failed(), gone=None).values_list("name", flat=True))


def run(host: Any, name: str, *more: str) -> None:
    host.podman("run", "-d", "--name", name, *more, *FOREVER)


def test_what_somebody_stopped_there_is_no_error_and_a_kill_is_one(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    # ended while nobody listened
    run(host, "before")
    host.podman("stop", "-t", "1", "before")
    endpoint = register(host)
    host.podman("pod", "create", "--name", "herd")
    run(host, "member", "--pod", "herd")
    for name in ("stopped", "signalled", "killed"):
        run(host, name)
    until("all seen", lambda: state_of(endpoint, "killed") == "running")
    pid = int(Container.objects.get(endpoint=endpoint, name="killed").pid)
    host.podman("stop", "-t", "1", "stopped")
    host.podman("kill", "signalled")
    host.podman("pod", "stop", "-t", "1", "herd")
    ever: set[str] = set()

    def ended() -> bool:
        ever.update(failed())
        names = ("stopped", "signalled", "member", "before")
        return {state_of(endpoint, name) for name in names} == {"exited"}

    until("all ended", ended, timeout_s=30)
    # not for a moment either
    assert ever == set()
    codes = Container.objects.filter(endpoint=endpoint, name__in=("stopped", "before", "member"))
    assert set(codes.values_list("exit_code", flat=True)) == {137}
    host.run("kill", "-9", str(pid))
    until("the kill is an error", lambda: failed() == {"killed"})
    host.podman("pod", "rm", "-f", "herd")


def test_a_crash_loop_is_seen_and_ends_when_somebody_starts_it(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    crashing = ("--restart", "always", "localhost/busybox", "sh", "-c", "sleep 2; exit 3")
    host.podman("run", "-d", "--name", "crashy", *crashing)
    row = Container.objects.filter(in_a_loop(), endpoint=endpoint, name="crashy")
    until("a crash loop", row.exists)
    found = row.get()
    # it is stopped until Podman has cleaned up after it
    assert found.state in ("running", "stopped", "exited")
    assert found.died_code == 3
    assert found.died_at is not None
    # while it runs: before it is started again, nobody could say that it was stopped
    times = ("inspect", "--format", "{{.RestartCount}}", "crashy")
    before = host.podman(*times)
    until("another run", lambda: host.podman(*times) != before)
    host.podman("stop", "crashy")
    until("none", lambda: not row.exists() and state_of(endpoint, "crashy") == "exited")
    assert failed() == set()


def test_a_crash_loop_for_want_of_memory_is_named(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    if not can_limit(host):
        pytest.skip("no memory controller here")
    endpoint = register(host)
    eats = ("localhost/busybox", "sh", "-c", "x=aaaa; while :; do x=$x$x; done")
    limits = ("--memory", "16m", "--memory-swap", "16m", "--restart", "always")
    host.podman("run", "-d", "--name", "hungry", *limits, *eats)
    row = Container.objects.filter(endpoint=endpoint, name="hungry", crashes__gte=3)
    until(
        "named",
        lambda: any(out_of_memory(one) == "killed: out of memory" for one in row.all()),
        timeout_s=60,
    )
    assert row.get().died_code == 137
