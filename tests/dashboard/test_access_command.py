"""`manage.py access`: the same actions as the pages, written down as the console's."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role, Team
from hosts.models import Grant
from tests.cast import Cast
from tests.two_teams import Fleet


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("access", *arguments, stdout=out)
    return out.getvalue()


def as_json(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*arguments, "--json").splitlines()]


def test_from_a_team_to_its_access(fleet: Fleet, cast: Cast, entries: Any) -> None:
    run("team", "make", "web", "--words", "the web people")
    run("team", "in", "web", "erin@example.org")
    [given] = as_json(
        "give", "team:web", "operator", "group:prod", "--label", "app=shop", "--for", "8h"
    )
    assert (given["to"], given["where"], given["only"]) == (
        "team:web",
        "group:prod",
        "label:app=shop",
    )
    assert as_json("grants") == [given]
    teams = {row["team"]: row["people"] for row in as_json("teams")}
    assert teams["web"] == ["erin@example.org"]
    stop = {row["verb"]: row for row in as_json("explain", "erin@example.org", "web1/shop-1")}[
        "container.stop"
    ]
    assert stop["allowed"] is True
    assert "web" in stop["through"][0]
    assert f"until {given['until']}" in stop["through"][0]
    run("take", str(given["grant"]))
    assert not Grant.objects.exists()
    run("team", "out", "web", "erin@example.org")
    run("team", "remove", "web")
    assert not Team.objects.filter(name="web").exists()
    assert {entry.door for entry in entries("access.grant")} == {"console"}


def test_a_role_of_ones_own(cast: Cast) -> None:
    run("role", "make", "looks", "--like", "viewer", "--no", "container.logs")
    role = Role.objects.get(name="looks")
    assert role.verb_names() == Role.objects.get(name="viewer").verb_names() - {"container.logs"}
    assert "looks" in {row["role"] for row in as_json("roles")}
    run("role", "remove", "looks")
    assert not Role.objects.filter(name="looks").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("give", "team:none", "viewer", "everywhere"), "no team none"),
        (("give", "erin@example.org", "none", "everywhere"), "no role none"),
        (("give", "erin@example.org", "viewer", "host:none"), "There is no host:none"),
        (("give", "erin@example.org", "member", "everywhere"), "permits nothing"),
        (("give", "erin@example.org", "viewer", "everywhere", "--for", "soon"), "--for"),
        (("give", "erin@example.org", "viewer", "everywhere", "--until", "soon"), "--until"),
        (
            ("give", "erin@example.org", "viewer", "everywhere", "--until", "2020-01-01T00:00"),
            "over",
        ),
        (("take", "999999"), "nothing with this name"),
        (("team", "in", "shop", "nobody"), "There is no person nobody"),
        (("team", "out", "none", "erin@example.org"), "no team none"),
        (("role", "make", "odd", "--verb", "container.exec"), "has no effect"),
        (("role", "remove", "viewer"), "built in"),
        (("explain", "erin@example.org", "none"), "nothing with this name"),
    ],
)
def test_what_cannot_be_is_said(
    fleet: Fleet, cast: Cast, words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        run(*words)
    assert not Grant.objects.exists()
