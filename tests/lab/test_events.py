"""What happens on a host is kept as events, by the real link; noise is not, repetitions are counted."""

from typing import Any

from hosts import capabilities
from hosts.models import HostEvent
from tests.lab.hosts import Lab
from tests.lab.link_process import Link, link, register, until

__all__ = ["link"]


def kept(endpoint: Any, **wanted: Any) -> Any:
    return HostEvent.objects.filter(endpoint=endpoint, **wanted)


def test_events_are_kept_and_counted(lab: Lab, link: Link, clean_hosts: None) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    host.podman("volume", "create", "floe")
    host.podman("run", "-d", "--name", "seal", "localhost/busybox", "sh", "-c", "exit 3")
    until("the end is kept", kept(endpoint, name="seal", action="died").exists)
    died = kept(endpoint, name="seal", action="died").get()
    assert (died.kind, died.exit_code, died.image) == ("container", 3, "localhost/busybox:latest")
    assert kept(endpoint, kind="volume", action="create", name="floe").exists()
    # the same again within the minute is the same row
    host.podman("start", "seal")
    until("counted", kept(endpoint, name="seal", action="died", count=2).exists)
    host.podman("volume", "rm", "floe")
    until("removed", kept(endpoint, kind="volume", action="remove", name="floe").exists)


def test_health_is_kept_when_it_changes_and_execs_never(
    lab: Lab, link: Link, clean_hosts: None
) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    host.podman("run", "-d", "--name", "pup", "--health-cmd", "true", "localhost/logger")
    for _ in range(3):
        host.podman("healthcheck", "run", "pup")
        host.podman("exec", "pup", "true")
    until("healthy", kept(endpoint, name="pup", action="healthy").exists)
    host.podman("stop", "-t", "0", "pup")
    until("its end", kept(endpoint, name="pup", action="died").exists)
    actions = set(kept(endpoint, name="pup").values_list("action", flat=True))
    assert not {"exec", "exec_died", "health_status"} & actions


def test_another_link_repeats_nothing(lab: Lab, link: Link, clean_hosts: None) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    host.podman("volume", "create", "first")
    until("kept", kept(endpoint, name="first").exists)
    link.stop()
    host.podman("volume", "create", "between")
    link.start()
    until("what happened between is kept", kept(endpoint, name="between").exists)
    assert kept(endpoint, name="first", action="create").get().count == 1


def test_what_podman_lacks_is_known_with_the_reason(lab: Lab, link: Link) -> None:
    endpoint = register(lab.hosts[0])
    assert endpoint.info["calls"] == {
        "artifacts": False,
        "quadlets": False,
        "volume_transfer": False,
    }
    assert "bridge" in endpoint.info["plugins"]["network"]
    assert "Needs Podman 5.6" in capabilities.lacks(endpoint, "volume_transfer")
    assert capabilities.lacks(endpoint, "secret_replace") == ""
    assert capabilities.lacks(endpoint, "check") == ""
