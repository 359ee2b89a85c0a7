"""`manage.py user`: the same actions as the pages, written down as the console's."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.cast import Cast


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("user", *arguments, stdout=out)
    return out.getvalue()


def test_invite_prints_a_link_that_works(cast: Cast, client: Any, entries: Any) -> None:
    link = run("invite", "erin@example.org", "--role", "operator").strip()
    assert link.startswith("http://localhost:8000/invite/")
    path = link.removeprefix("http://localhost:8000")
    assert "erin@example.org" in client.get(path).content.decode()
    [entry] = entries("people.invite")
    assert entry.door == "console"
    assert entry.who_name.endswith("at the console")


def test_reset_prints_a_link(cast: Cast, client: Any) -> None:
    link = run("reset", "BOB@example.org").strip()
    assert client.get(link.removeprefix("http://localhost:8000")).status_code == 200


def test_list_shows_everybody(cast: Cast) -> None:
    lines = [line.split("\t") for line in run("list").splitlines()]
    assert lines == [
        ["alice@example.org", "admin", "active", "never", "off", "Alice"],
        ["bob@example.org", "operator", "active", "never", "off", "Bob"],
        ["charlie@example.org", "viewer", "active", "never", "off", "Charlie"],
        ["dave@example.org", "operator", "disabled", "never", "off", "Dave"],
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["invite", "bob@example.org"], "is a person here already"),
        (["invite", "bob"], "valid email"),
        (["invite", "e@example.org", "--role", "king"], "viewer, operator, admin"),
        (["reset", "eve@example.org"], "user list"),
        (["reset", "dave@example.org"], "Enable them first"),
    ],
)
def test_each_mistake_says_what_to_do(cast: Cast, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*arguments)
