"""Connections that lead to the gate: which there are, and that the clients read their files."""

import io
import json
import os
import shutil
import subprocess
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Role
from hosts.access import Person
from hosts.gate.sessions import host_key
from hosts.gate.sessions.connections import (
    FILES,
    Connection,
    check_identity,
    connections_of,
    docker_lines,
    gate_facts,
    podman_lines,
)
from hosts.gate.sessions.places import place
from hosts.models import Host
from hosts.refusals import FieldRefusal
from tests import make
from tests.two_teams import Fleet

GATE = "gate.example.org:2222"
KEY = "/home/ada/my keys/id"


def names(person: Person) -> list[str]:
    return [one.name for one in connections_of(person, GATE)]


@pytest.fixture
def found(fleet: Fleet) -> list[Connection]:
    """Those of erin, who may see everything."""
    fleet.erin.role = Role.objects.get(name="viewer")
    fleet.erin.save()
    return connections_of(fleet.person(), GATE)


def test_each_account_has_a_connection_by_its_host(found: list[Connection], fleet: Fleet) -> None:
    assert [(one.name, one.uri) for one in found] == [
        ("web1", f"ssh://me@{GATE}/web1/root"),
        ("web1-anna", f"ssh://me@{GATE}/web1/anna"),
        ("web2", f"ssh://me@{GATE}/web2/root"),
    ]
    person = fleet.person()
    for one in found:
        path = one.uri.removeprefix(f"ssh://me@{GATE}")
        assert place(person, path) == one.endpoint


def test_nothing_stands_there_but_what_they_may_see(fleet: Fleet) -> None:
    assert names(fleet.person()) == []
    fleet.grant(endpoint=fleet.anna1, names="shop*")
    assert names(fleet.person()) == ["web1-anna"]
    fleet.grant(group=fleet.prod)
    assert names(fleet.person()) == ["web1", "web1-anna"]
    assert names(fleet.person(endpoints=frozenset({fleet.root1.pk}))) == ["web1"]
    Host.objects.filter(pk=fleet.web1.pk).update(enabled=False)
    assert names(fleet.person()) == []


def test_names_are_docker_s_and_each_is_there_once(fleet: Fleet) -> None:
    fleet.erin.role = Role.objects.get(name="viewer")
    for host in ("a", "default", "web1-anna"):
        make.endpoint(host)
    make.endpoint(fleet.web2, user="corp\\eve")
    made = connections_of(Person(fleet.erin, fleet.person().who), GATE)
    assert [one.name for one in made] == [
        *("a-root", "default-root", "web1", "web1-anna", "web1-anna-2", "web2", "web2-corp-eve"),
    ]
    assert made[-1].uri.endswith("/web2/corp%5Ceve")
    # the path would lead to either of two
    make.endpoint(fleet.web2, login=fleet.root2.login, socket="/other.sock")
    assert "web2" not in names(Person(fleet.erin, fleet.person().who))


@pytest.mark.parametrize("path", ["~/.ssh/id", "id", "/a\nb", "/a\x7f", "/" + "a" * 400])
def test_a_key_that_podman_would_not_find_is_refused(path: str) -> None:
    with pytest.raises(FieldRefusal) as refused:
        check_identity(path)
    assert refused.value.field == "identity"


def test_a_key_may_be_anywhere() -> None:
    for path in ("", "/home/ada/.ssh/id", r"C:\Users\ada\.ssh\id"):
        assert check_identity(f" {path} ") == path


def test_the_files_hold_the_same(found: list[Connection]) -> None:
    kept = json.loads(FILES["podman"].write(found, KEY))
    hosts = {name: one["URI"] for name, one in kept["Connection"]["Connections"].items()}
    assert hosts == {one.name: one.uri for one in found}
    assert "Default" not in kept["Connection"]
    assert json.loads(FILES["podman"].write(found[:1], ""))["Connection"] == {
        "Default": "web1",
        "Connections": {"web1": {"URI": found[0].uri}},
    }
    key = r"C:\Users\ada\.ssh\id"
    conf = tomllib.loads(FILES["containers"].write(found, key).decode())
    assert conf["engine"]["service_destinations"]["web1-anna"] == {
        "uri": found[1].uri,
        "identity": key,
    }


def test_the_gate_s_address_may_be_ipv6(settings: Any, tmp_path: Path) -> None:
    settings.HAULOUT_KEYS = tmp_path
    assert gate_facts("::1") is None
    host_key.make(tmp_path)
    for name in ("::1", "[::1]"):
        facts = gate_facts(name)
        assert facts is not None
        assert facts.address == "[::1]:2222"
        assert facts.known_hosts.startswith("[::1]:2222 ssh-ed25519 ")


@pytest.fixture
def run(tmp_path: Path, must_have: Any) -> Any:
    """`run(program, *words)`: its output, in a home of its own."""
    for program in ("podman-remote", "docker"):
        must_have(shutil.which(program), f"{program} is missing: apt-get install it")

    def call(*words: str) -> str:
        environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        return subprocess.run(words, env=environ, capture_output=True, text=True, check=True).stdout

    return call


def test_podman_reads_both_files(found: list[Connection], run: Any, tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "containers"
    (folder / "containers.conf.d").mkdir(parents=True)
    listing = ("podman-remote", "system", "connection", "list", "--format", "json")
    for name, file in (
        ("podman-connections.json", "podman"),
        ("containers.conf.d/h.conf", "containers"),
    ):
        path = folder / name
        path.write_bytes(FILES[file].write(found, KEY))
        listed = {one["Name"]: (one["URI"], one["Identity"]) for one in json.loads(run(*listing))}
        assert listed == {one.name: (one.uri, KEY) for one in found}
        path.unlink()
    for line in podman_lines(found, KEY):
        run("sh", "-c", line.replace("podman", "podman-remote", 1))
    listed = {one["Name"]: (one["URI"], one["Identity"]) for one in json.loads(run(*listing))}
    assert listed == {one.name: (one.uri, KEY) for one in found}


def test_docker_imports_the_contexts(found: list[Connection], run: Any, tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(FILES["docker"].write(found, ""))) as tar:
        tar.extractall(tmp_path, filter="data")
    for one in found:
        run("docker", "context", "import", one.name, f"{tmp_path}/{one.name}.dockercontext")
    run("docker", "context", "rm", "web2")
    run("sh", "-c", docker_lines(found)[2])
    listed = [
        json.loads(line)
        for line in run("docker", "context", "ls", "--format", "json").split("\n")
        if line
    ]
    hosts = {one["Name"]: one["DockerEndpoint"] for one in listed if one["Name"] != "default"}
    assert hosts == {one.name: one.uri for one in found}
