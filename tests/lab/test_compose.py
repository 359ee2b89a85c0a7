"""docker-compose.yaml, as docker-compose itself reads it: the processes, commands and settings that
the supervisor, the image and the documents have too.
"""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class

from dashboard import env
from dashboard.cli.up import FIRST, LATER
from dashboard.supervisor import healthcheck, valkey
from tests.stack import CHECKOUT, clean_environment
from tests.test_configuration import section

PROCESSES = {*FIRST, *LATER}
OPENS_THE_VAULT = {"worker", "link", "setup"}
FILE = CHECKOUT / "docker-compose.yaml"


@pytest.fixture(scope="module")
def resolved(must_have: Any) -> Any:
    """`resolved(NAME="value")`: the services, with those names in the caller's environment."""
    must_have(shutil.which("docker-compose"), "docker-compose is missing: apt-get install it")

    def config(**names: str) -> dict[str, Any]:
        done = subprocess.run(
            ["docker-compose", "-f", str(FILE), "config", "--format", "json"],
            env={"PATH": clean_environment()["PATH"], "HOME": "/", **names},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return dict(json.loads(done.stdout)["services"])

    return config


@pytest.fixture(scope="module")
def services(resolved: Any) -> dict[str, Any]:
    return dict(resolved(POSTGRES_PASSWORD="any-word"))


def image_environment() -> dict[str, str]:
    """What the Dockerfile sets for every process."""
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()
    words = [word for line in lines if line.startswith("ENV ") for word in shlex.split(line)[1:]]
    return dict(word.split("=", 1) for word in words)


def test_the_processes_are_those_of_up(services: dict[str, Any]) -> None:
    assert set(services) == PROCESSES | {"setup", "redis", "postgres"}
    told = re.search(r"^\| `HAULOUT_PROCESS` .*", env_table(), re.MULTILINE)
    assert told is not None
    for name in PROCESSES:
        assert services[name]["command"] == [name]
        assert services[name]["environment"]["HAULOUT_PROCESS"] == name
        assert f"`{name}`" in told[0]
        assert name in get_commands()


def test_each_process_has_a_sign_of_life(services: dict[str, Any]) -> None:
    assert set(healthcheck.CHECKS) == PROCESSES
    for name in PROCESSES:
        words = services[name]["healthcheck"]["test"]
        assert words[1:] == ["/haulout/.venv/bin/python", "-m", healthcheck.__name__], name
    assert services["setup"].get("healthcheck") is None


def env_table() -> str:
    return (CHECKOUT / "docs" / "configuration.md").read_text()


def test_setup_is_a_command_with_these_options(services: dict[str, Any]) -> None:
    name, *words = services["setup"]["command"]
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    assert parser.parse_args(words).first_link is True
    for process in PROCESSES:
        waits_for = services[process]["depends_on"]
        # not for setup, which ends: see dashboard/supervisor/tables.py
        assert set(waits_for) == {"postgres", "redis"}
        assert {one["condition"] for one in waits_for.values()} == {"service_healthy"}


def test_every_setting_is_a_documented_one(services: dict[str, Any]) -> None:
    known = {*section("Settings"), *section("Set by Haulout itself")}
    assert set(image_environment()) <= known
    for name in (*PROCESSES, "setup"):
        assert set(services[name]["environment"]) <= known, name
    used = set(re.findall(r"\$\{(\w+)", FILE.read_text()))
    ports = {"HAULOUT_PORT", "HAULOUT_GATE_PORT", "HAULOUT_GATE_HTTP_PORT"}
    assert used == {"HAULOUT_URL", "POSTGRES_PASSWORD", *ports}


def test_what_the_processes_read_of_it(resolved: Any) -> None:
    services = resolved(
        HAULOUT_URL="https://pods.example.org",
        HAULOUT_PORT="8443",
        HAULOUT_GATE_PORT="2022",
        HAULOUT_GATE_HTTP_PORT="2023",
        POSTGRES_PASSWORD="long-word",
    )
    for name in (*PROCESSES, "setup"):
        found = env.read({**image_environment(), **services[name]["environment"]})
        assert found.url == "https://pods.example.org"
        assert (found.bind, found.port) == ("0.0.0.0", 8000)
        assert (found.gate_port, found.gate_http_port) == (2022, 2023)
        assert found.database_url == "postgresql://haulout:long-word@postgres:5432/haulout"
        assert found.redis_url == "redis://redis:6379/0"
        # the folders of the image lie on volumes that all of them share
        places = {Path(one["target"]): one["source"] for one in services[name]["volumes"]}
        shared = {found.data: "data", found.run: "sockets"}
        if name in OPENS_THE_VAULT:
            assert places == {**shared, found.vault_key_file.parent: "vault"}
        else:
            assert places == shared
    (port,) = services["web"]["ports"]
    assert (port["published"], port["target"]) == ("8443", found.port)
    published = [(one["published"], one["target"]) for one in services["gate"]["ports"]]
    assert published == [("2022", 2022), ("2023", 2023)]
    database = services["postgres"]["environment"]
    assert database["POSTGRES_PASSWORD"] == "long-word"


def test_without_a_password_it_does_not_start(must_have: Any) -> None:
    must_have(shutil.which("docker-compose"), "docker-compose is missing: apt-get install it")
    done = subprocess.run(
        ["docker-compose", "-f", str(FILE), "config"],
        env={"PATH": clean_environment()["PATH"], "HOME": "/"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "POSTGRES_PASSWORD" in done.stderr
    assert "set POSTGRES_PASSWORD to a long word" in done.stderr


def test_redis_is_set_up_as_the_embedded_one(services: dict[str, Any]) -> None:
    _program, *words = services["redis"]["command"]
    given = {words[at].removeprefix("--"): words[at + 1] for at in range(0, len(words), 2)}
    ours = valkey.configuration(Path("/run"), Path("/run/redis.sock")).splitlines()
    embedded = dict(line.split(" ", 1) for line in ours)
    assert given == {name: embedded[name].strip('"') for name in given}
    assert set(given) == {"save", "appendonly", "maxmemory-policy"}
