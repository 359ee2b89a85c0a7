"""The demo content: good containers, and every trouble that a person should see."""

import pytest

from tests.lab.hosts import Lab
from tests.lab.hosts.demo import fill
from tests.lab.wait import until

pytestmark = pytest.mark.usefixtures("faults", "clean_hosts")


def test_the_demo_has_good_and_troubled_containers(lab: Lab) -> None:
    fill(lab)
    first, second = lab.hosts
    states = "{{.Names}} {{.Status}}"
    count = ["inspect", "-f", "{{.RestartCount}}", "crash-loop"]
    until("a restart", lambda: int(first.podman(*count)) > 0, timeout_s=20)
    until("unhealthy", lambda: "(unhealthy)" in second.podman("ps", "--format", states))
    assert "sickly" in second.podman("ps", "--format", "{{.Names}}")
    assert "finished Exited (0)" in second.podman("ps", "-a", "--format", states)
    assert "shop Running" in first.podman("pod", "ps", "--format", "{{.Name}} {{.Status}}")
    assert "seal came ashore" in first.podman("logs", "chatty")
    rootless = first.podman("ps", "--format", "{{.Names}}", user="seal").split()
    assert sorted(rootless) == ["my-notes", "my-web"]


def test_filling_again_changes_nothing(lab: Lab) -> None:
    fill(lab)
    before = [sorted(host.podman("ps", "-aq").split()) for host in lab.hosts]
    fill(lab)
    assert [sorted(host.podman("ps", "-aq").split()) for host in lab.hosts] == before
