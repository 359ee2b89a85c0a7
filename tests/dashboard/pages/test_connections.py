"""The page of connections: what it shows to whom, and what it hands out."""

import json
from pathlib import Path
from typing import Any

import pytest

from hosts.gate.sessions import host_key
from tests.cast import Cast
from tests.two_teams import Fleet

PAGE = "/account/connections/"


@pytest.fixture(autouse=True)
def _gate(settings: Any, tmp_path: Path) -> None:
    settings.HAULOUT_KEYS = tmp_path
    host_key.make(tmp_path)


def test_the_page_has_the_lines_and_the_files(fleet: Fleet, browser_of: Any) -> None:
    fleet.grant(group=fleet.prod)
    erin = browser_of(fleet.erin)
    assert PAGE in erin.get("/account/tokens/").content.decode()
    page = erin.get(f"{PAGE}?identity=/k/id", headers={"host": "localhost:8000"}).content.decode()
    line = "podman system connection add --identity /k/id web1 ssh://me@localhost:2222/web1/root"
    assert line in page
    assert "docker context create web1-anna --docker host=ssh://me@localhost:2222/web1/anna" in page
    assert host_key.known_hosts_line("localhost", 2222) in page
    assert "web2" not in page
    answer = erin.get(f"{PAGE}?file=podman&identity=/k/id", headers={"host": "localhost:8000"})
    assert answer["Content-Disposition"] == 'attachment; filename="podman-connections.json"'
    assert "no-store" in answer["Cache-Control"]
    assert json.loads(answer.content)["Connection"]["Connections"] == {
        "web1": {"URI": "ssh://me@localhost:2222/web1/root", "Identity": "/k/id"},
        "web1-anna": {"URI": "ssh://me@localhost:2222/web1/anna", "Identity": "/k/id"},
    }


def test_a_wrong_key_stands_beside_its_field(fleet: Fleet, browser_of: Any) -> None:
    fleet.grant(group=fleet.prod)
    answer = browser_of(fleet.erin).get(f"{PAGE}?file=podman&identity=~/.ssh/id")
    assert "Content-Disposition" not in answer
    assert "does not expand ~" in str(answer.context["form"].errors["identity"])


def test_without_a_host_or_a_gate_it_says_so(fleet: Fleet, browser_of: Any, settings: Any) -> None:
    erin = browser_of(fleet.erin)
    answer = erin.get(f"{PAGE}?file=podman")
    assert "You may use no host yet" in answer.content.decode()
    settings.HAULOUT_GATE_PORT = 0
    assert "There is no gate here" in erin.get(f"{PAGE}?file=podman").content.decode()


def test_who_may_add_hosts_is_led_there(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.alice).get(PAGE).content.decode()
    assert "You may use no host yet" not in page
    assert 'href="/hosts/add/"' in page.partition('class="nothing"')[2]


def test_many_hosts_are_in_the_files(fleet: Fleet, browser_of: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("dashboard.pages.tokens.connections._SHOWN", 1)
    fleet.grant(group=fleet.prod)
    page = browser_of(fleet.erin).get(PAGE).content.decode()
    assert "1 more is in the files" in page
    assert "connection add web1 " in page
    assert "web1-anna" not in page
