"""`pytest --hosts FILE`: the same tests on somebody's own hosts, without faults."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.hosts import Lab, LabError
from tests.lab.hosts.own import read_hosts
from tests.lab.hosts.place import CHECKOUT

pytestmark = pytest.mark.usefixtures("faults", "clean_hosts")


@pytest.fixture
def file(lab: Lab, tmp_path: Path) -> Path:
    path = tmp_path / "hosts.json"
    path.write_text(json.dumps(lab.status()))
    return path


def test_hosts_from_a_file_answer_over_ssh(file: Path, tmp_path: Path, lab: Lab) -> None:
    own = read_hosts(file, scratch=tmp_path)
    first = own.host("h1")
    assert first.host_key_fingerprint == lab.hosts[0].host_key_fingerprint
    assert first.ssh("hostname") == "h1\n"
    said = first.podman("run", "--rm", "localhost/busybox", "echo", "it's", "two  words")
    assert said == "it's two  words\n"
    assert own.registry == lab.registry


def test_a_few_lines_are_enough(lab: Lab, tmp_path: Path) -> None:
    keys = ("name", "address", "port", "user", "key_file", "host_key_line", "socket")
    row = {key: str(getattr(lab.hosts[0], key)) for key in keys}
    file = tmp_path / "hosts.json"
    file.write_text(json.dumps({"hosts": [row]}))
    own = read_hosts(file, scratch=tmp_path)
    assert own.hosts[0].ssh("hostname") == "h1\n"
    assert own.registry is None


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "hosts.json"
    file.write_text('{"hosts": [{"name": "h1"}]}')
    with pytest.raises(LabError, match="is not like `lab status --json`"):
        read_hosts(file, scratch=tmp_path)


def test_faults_are_skipped_and_the_rest_runs(file: Path) -> None:
    files = ["tests/lab/test_lab.py", "tests/lab/test_lab_faults.py", "tests/lab/test_lab_end.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--hosts", str(file), *files],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "faults are not made on your own hosts (--hosts)" in done.stdout
    assert "5 passed" in done.stdout
