"""Signing in by a certified OpenID provider on this machine, over TLS, as a person does it."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.signin_cast import Doors, doors, invited
from tests.dashboard.oidc.provider import make_certificates
from tests.stack import ending_with_us, free_port

__all__ = ["doors"]

FILE = """[[provider]]
id = "certified"
name = "the club"
issuer = "https://localhost:{port}"
client_id = "haulout"
client_secret = "a secret of the client"
ca_file = "{ca_file}"
scopes = ["openid", "email", "profile", "groups"]
join = "domain"
domains = ["club.example"]
role = "viewer"

[provider.roles]
keepers = "operator"
"""


@dataclass(frozen=True)
class Club:
    """The provider: `people` is the file of whom it knows, `file` Haulout's of providers."""

    people: Path
    file: Path
    ca_file: Path

    def knows(self, login: str, **claims: Any) -> None:
        """From now on."""
        self.people.write_text(json.dumps({login: claims}))


@pytest.fixture
def club(doors: Doors, tmp_path: Path, must_have: Any) -> Iterator[Club]:
    """Runs while the test does."""
    node = shutil.which("node")
    must_have(node, "Node is missing, which runs the provider")
    port = free_port()
    ca_file, pem = make_certificates(tmp_path)
    people = tmp_path / "people.json"
    people.write_text("{}")
    script = Path(__file__).with_name("certified.mjs")
    back = f"{doors.url}/account/provider/certified/back/"
    running = subprocess.Popen(
        ending_with_us([str(node), str(script), str(port), str(pem), back, str(people)]),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    file = doors.stack.data / "oidc.toml"
    try:
        assert running.stdout is not None
        assert any(line.startswith("READY") for line in iter(running.stdout.readline, ""))
        file.write_text(FILE.format(port=port, ca_file=ca_file))
        file.chmod(0o600)
        yield Club(people, file, ca_file)
    finally:
        file.unlink(missing_ok=True)
        running.kill()
        running.communicate()


def come(page: Any, doors: Doors, login: str) -> None:
    """Sign in there, say yes, and come back."""
    page.goto(f"{doors.url}/account/login/")
    page.click("text=Sign in with the club")
    page.wait_for_url("https://localhost:*/interaction/**")
    page.fill("[name=login]", login)
    page.fill("[name=password]", "whatever")
    page.click("button[type=submit]")
    page.get_by_text("Continue").wait_for()
    page.click("button[type=submit]")
    page.wait_for_url(f"{doors.url}/**")


@pytest.mark.no_console_check
def test_a_newcomer_of_the_club_joins_with_the_role_of_their_group(
    doors: Doors, club: Club, new_page: Callable[..., Any]
) -> None:
    login = f"nia-{club.people.parent.name}"
    email = f"{login}@club.example"
    club.knows(login, email=email, email_verified=True, name="Nia", groups=["keepers"])
    page = new_page()
    come(page, doors, login)
    page.wait_for_url(f"{doors.url}/")
    page.goto(f"{doors.url}/account/")
    assert page.get_by_text("Role: Operator").count() == 1
    assert f"{email}\toperator\tactive" in doors.stack.manage("user", "list")


@pytest.mark.no_console_check
def test_a_known_person_is_let_in_only_by_a_verified_address(
    doors: Doors, club: Club, new_page: Callable[..., Any]
) -> None:
    _page, email = invited(doors, new_page, "Olaf")
    club.knows("olaf", email=email, email_verified=False, name="Olaf")
    page = new_page()
    come(page, doors, "olaf")
    page.get_by_text("has not verified the address").wait_for()
    club.knows("olaf", email=email, email_verified=True, name="Olaf")
    page = new_page()
    come(page, doors, "olaf")
    page.wait_for_url(f"{doors.url}/")


@pytest.mark.no_console_check
def test_a_certificate_of_somebody_else_ends_it(
    doors: Doors, club: Club, new_page: Callable[..., Any]
) -> None:
    other = club.people.parent / "other"
    other.mkdir()
    text = club.file.read_text().replace(str(club.ca_file), str(make_certificates(other)[0]))
    # another address, so that nothing is remembered of the one before
    club.file.write_text(text.replace('id = "certified"', 'id = "doubtful"'))
    page = new_page()
    page.goto(f"{doors.url}/account/login/")
    page.click("text=Sign in with the club")
    page.get_by_text("The certificate of localhost").wait_for()
    page.goto(f"{doors.url}/account/")
    assert "/account/login/" in page.url
