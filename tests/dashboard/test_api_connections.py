"""Connections through the gate, for programs."""

import io
import json
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hosts.gate.sessions import host_key
from tests.dashboard.api_cast import make_caller
from tests.two_teams import Fleet


@pytest.fixture(autouse=True)
def _gate(settings: Any, tmp_path: Path) -> None:
    settings.HAULOUT_KEYS = tmp_path
    host_key.make(tmp_path)


def test_a_token_reads_what_it_sees(fleet: Fleet) -> None:
    fleet.grant(group=fleet.prod)
    fleet.grant(host=fleet.web2)
    token = make_caller(fleet.erin, everywhere=False, hosts={fleet.web2.pk: "web2"})
    told = token.get("/connections", HTTP_HOST="localhost:8000").json()
    assert told == {
        "address": "localhost:2222",
        "fingerprint": host_key.fingerprint(),
        "known_hosts": host_key.known_hosts_line("localhost", 2222),
        "items": [
            {
                "name": "web2",
                "uri": "ssh://me@localhost:2222/web2/root",
                "endpoint_id": fleet.root2.pk,
            }
        ],
    }


def test_each_file_is_served(fleet: Fleet) -> None:
    fleet.grant(host=fleet.web2)
    erin = make_caller(fleet.erin)
    kept = json.loads(erin.get("/connections/file?identity=/k").content)
    assert kept["Connection"]["Connections"]["web2"]["Identity"] == "/k"
    conf = tomllib.loads(erin.get("/connections/file?file=containers").content.decode())
    assert list(conf["engine"]["service_destinations"]) == ["web2"]
    packed = erin.get("/connections/file?file=docker").content
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        assert tar.getnames() == ["web2.dockercontext"]


def test_what_is_wrong_is_a_problem(fleet: Fleet, settings: Any) -> None:
    erin = make_caller(fleet.erin)
    assert erin.get("/connections/file?file=ssh").status_code == 422
    answer = erin.get("/connections/file?identity=~/k")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "identity"
    settings.HAULOUT_GATE_PORT = 0
    assert erin.get("/connections").status_code == 409
