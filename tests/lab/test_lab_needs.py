"""What the machine lacks is said with its cure, before anything is begun."""

import subprocess
import sys

import pytest

from tests.lab.hosts import LabError, missing
from tests.lab.hosts.place import CHECKOUT
from tests.lab.hosts.versions import system_for


def test_a_machine_without_cgroups_v2_says_so() -> None:
    lacking = missing()
    if lacking:
        pytest.skip(lacking)
    script = (
        "umount $(awk '$3 == \"cgroup2\" {print $2}' /proc/mounts) &&"
        f" exec {sys.executable} -m tests.lab.hosts up 1 --systemd --data /var/tmp/never-made"
    )
    command = ["unshare", "-m", "sh", "-c", script]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no cgroups v2 that can be written to" in done.stderr
    assert "mount -t cgroup2" in done.stderr


def test_a_podman_without_systemd_is_refused_by_name() -> None:
    with pytest.raises(LabError, match=r"4\.3 with systemd: the lab has that for 5\.4, 5\.8, 6\.1"):
        system_for("4.3", systemd=True)
