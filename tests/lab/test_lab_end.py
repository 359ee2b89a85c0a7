"""A lab that ended, in whatever way, has left nothing on the machine."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.hosts import Lab, LabError, Place, bring_up, missing, take_down
from tests.lab.hosts.place import CHECKOUT
from tests.lab.wait import until


@pytest.fixture
def data(must_have: Any, request: pytest.FixtureRequest) -> Iterator[Path]:
    if request.config.getoption("--hosts"):
        pytest.skip("makes labs of its own (--hosts)")
    must_have(not missing(), missing())
    folder = Path(tempfile.mkdtemp(prefix="haulout-lab-", dir="/var/tmp"))
    yield folder / "lab"
    take_down(Place.at(folder / "lab"))
    shutil.rmtree(folder)


def traces(place: Place) -> list[str]:
    """Whatever on this machine bears the lab's id or folder: the kernel is asked, not the lab."""
    words = (f"hl{place.id}", str(place.data), str(place.sockets))
    found = [f"mount {line}" for line in Path("/proc/self/mounts").read_text().splitlines()]
    found += [f"namespace {path.name}" for path in Path("/run/netns").glob("*")]
    found += [f"link {path.name}" for path in Path("/sys/class/net").glob("*")]
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            mounts = (entry / "mounts").read_text()
        except (OSError, UnicodeDecodeError):
            continue
        found.append(f"process {entry.name} {line} {mounts if str(place.data) in mounts else ''}")
    return [line for line in found if any(word in line for word in words)]


def left(place: Place) -> list[str]:
    folders = [f"folder {path}" for path in (place.data, place.sockets) if path.exists()]
    return folders + traces(place)


def containers_groups(ids: list[str]) -> list[Path]:
    return [path for i in ids for path in Path("/sys/fs/cgroup").glob(f"**/*{i}*")]


def test_down_leaves_nothing(data: Path) -> None:
    lab = bring_up(hosts=1, data=data)
    host = lab.hosts[0]
    ids = [
        host.podman("run", "-d", "localhost/logger", user=user).strip() for user in ("root", "seal")
    ]
    assert left(lab.place)
    lab.down()
    assert left(lab.place) == []
    assert containers_groups(ids) == []


def test_down_leaves_nothing_of_systemd(data: Path, must_have: Any) -> None:
    lacking = missing(other_versions=True, systemd=True)
    must_have(not lacking, lacking)
    lab = bring_up(hosts=1, versions=("6.1",), data=data)
    host = lab.hosts[0]
    for user in ("root", "seal"):
        host.podman("run", "-d", "localhost/logger", user=user)
    assert len(list(Path("/sys/fs/cgroup").glob(f"**/hl{lab.place.id}-*"))) == 1
    lab.down()
    assert left(lab.place) == []
    assert list(Path("/sys/fs/cgroup").glob(f"**/hl{lab.place.id}-*")) == []


def test_a_lab_of_a_killed_process_goes_too(data: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.lab.hosts import lab_for_tests\n"
        f"with lab_for_tests(Path({str(data)!r}), hosts=1): print('up', flush=True); input()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        place = Place.at(data)
        assert place.state.exists()
        owner.send_signal(signal.SIGKILL)
    until("the keeper takes the lab down", lambda: left(place) == [])


def test_a_lab_that_was_never_finished_goes_too(data: Path) -> None:
    script = (
        "import os, signal; from pathlib import Path; from tests.lab.hosts import bring_up, registry\n"
        "registry.push = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"bring_up(hosts=1, data=Path({str(data)!r}))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT)
    assert done.returncode == -signal.SIGKILL
    place = Place.at(data)
    assert any("docker-registry" in line for line in left(place))
    take_down(place)
    assert left(place) == []


def test_the_demo_s_hosts_go_with_up(data: Path) -> None:
    bring_up(hosts=1, data=data)
    script = (
        "import asyncio; from dashboard.cli.demo import Demo\n"
        "demo = Demo(print)\n"
        "async def start(): demo.start_keeper()\n"
        "asyncio.run(start())"
    )
    environ = {**os.environ, "HAULOUT_DATA": str(data.parent)}
    subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, env=environ, check=True)
    place = Place.at(data)
    until("the keeper takes the lab down", lambda: left(place) == [], timeout_s=60)


def test_up_again_returns_the_same_lab_and_replaces_a_dead_one(data: Path) -> None:
    lab = bring_up(hosts=1, data=data)
    assert bring_up(hosts=1, data=data).hosts[0].pid == lab.hosts[0].pid
    with pytest.raises(LabError, match="another lab runs"):
        bring_up(hosts=2, data=data)
    before = lab.hosts[0].pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    until("first process gone", lambda: lab.hosts[0].process is None)
    again = bring_up(hosts=1, data=data)
    assert again.hosts[0].pid not in (None, before)
    assert again.hosts[0].ssh("true") == ""


def test_labs_live_side_by_side(lab: Lab, data: Path, faults: None) -> None:
    other = bring_up(hosts=1, data=data)
    assert other.subnet != lab.subnet
    assert other.hosts[0].ssh("true") == lab.hosts[0].ssh("true") == ""
    other.down()
    assert lab.whole
    assert lab.hosts[0].ssh("true") == ""
