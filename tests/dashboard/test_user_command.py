"""`manage.py user`: the same actions as the pages, written down as the console's."""

import tarfile
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import ssh_keys, tokens
from accounts.models import Token
from hosts.gate.sessions import host_key
from tests.cast import Cast
from tests.public_keys import line_of
from tests.two_teams import Fleet


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
        (["invite", "bob@example.org"], "already has an account here"),
        (["invite", "bob"], "valid email"),
        (["invite", "e@example.org", "--role", "king"], "viewer, operator, admin"),
        (["reset", "eve@example.org"], "user list"),
        (["reset", "dave@example.org"], "Enable them first"),
    ],
)
def test_each_mistake_says_what_to_do(cast: Cast, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*arguments)


@pytest.fixture
def public_file(tmp_path: Path) -> Path:
    path = tmp_path / "id_ed25519.pub"
    path.write_text(line_of(comment="bob@laptop"))
    return path


def test_a_key_is_registered_listed_and_revoked(
    cast: Cast, public_file: Path, entries: Any
) -> None:
    added = run("key", "add", "Bob@example.org", "--file", str(public_file), "--days", "7").strip()
    assert added == ssh_keys.read(public_file.read_text()).fingerprint
    key = Token.objects.get()
    assert (key.user, key.name) == (cast.bob, "bob@laptop")
    assert abs(key.expires_at - key.made_at - timedelta(days=7)) < timedelta(minutes=1)
    assert [entry.door for entry in entries("key.add")] == ["console"]
    ends = key.expires_at.isoformat(timespec="seconds")
    told = [added, "live", ends, "never", "bob@laptop"]
    assert run("key", "list", "bob@example.org").strip().split("\t") == told
    run("key", "revoke", "bob@example.org", added)
    assert "revoked" in run("key", "list", "bob@example.org")
    assert [entry.door for entry in entries("key.revoke")] == ["console"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "eve@example.org", "--file", "FILE"], "user list"),
        (["add", "dave@example.org", "--file", "FILE"], "Enable them first"),
        (
            ["add", "bob@example.org", "--file", "FILE", "--days", "400"],
            "within one year at the latest",
        ),
        (["add", "bob@example.org", "--file", "FILE.none"], "No such file"),
        (["revoke", "bob@example.org", "laptop"], "no active key"),
    ],
)
def test_a_mistake_about_a_key_says_what_to_do(
    cast: Cast, public_file: Path, arguments: list[str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        run("key", *(one.replace("FILE", str(public_file)) for one in arguments))
    assert not Token.objects.exists()


def test_a_token_is_printed_once_and_cut_as_asked(cast: Cast, entries: Any) -> None:
    verbs = ("--verbs", "container.view", "container.logs")
    secret = run("token", "bob@example.org", "--days", "7", "--name", "ci", *verbs).strip()
    token = tokens.find_by_secret(secret)
    assert token is not None
    assert (token.user, token.name, token.verbs) == (
        cast.bob,
        "ci",
        ["container.logs", "container.view"],
    )
    assert abs(token.expires_at - token.made_at - timedelta(days=7)) < timedelta(minutes=1)
    assert [entry.door for entry in entries("token.make")] == ["console"]
    whole = tokens.find_by_secret(run("token", "charlie@example.org", "--read-only").strip())
    assert whole is not None
    assert (whole.reach, whole.read_only) == ("all", True)
    for words, wrong in (
        (("dave@example.org",), "Enable them first"),
        (("bob@example.org", "--days", "400"), "within one year at the latest"),
        (
            ("bob@example.org", "--verbs", "people.manage"),
            "A token cannot be used for people.manage",
        ),
        (("bob@example.org", "--verbs", "no.such"), "Tick what the token may be used for"),
    ):
        with pytest.raises(CommandError, match=wrong):
            run("token", *words)


def test_connections_are_those_of_the_person(fleet: Fleet, settings: Any, tmp_path: Path) -> None:
    settings.HAULOUT_KEYS = tmp_path
    email = "erin@example.org"
    with pytest.raises(CommandError, match="no gate here"):
        run("connections", email)
    host_key.make(tmp_path)
    assert run("connections", email) == ""
    fleet.grant(host=fleet.web2)
    assert run("connections", email, "--identity", "/k", "--address", "gate.example.org") == (
        "podman system connection add --identity /k web2 ssh://me@gate.example.org:2222/web2/root\n"
        "docker context create web2 --docker host=ssh://me@gate.example.org:2222/web2/root\n"
    )
    assert run("connections", email, "--form", "known-hosts").split()[0] == "[localhost]:2222"
    assert '"URI": "ssh://me@localhost:2222/' in run("connections", email, "--form", "podman")
    archive = tmp_path / "contexts.tar.gz"
    run("connections", email, "--form", "docker", "--to", str(archive))
    with tarfile.open(archive) as tar:
        assert tar.getnames() == ["web2.dockercontext"]
    for more, words in (
        (("--form", "docker"), "--to"),
        (("--identity", "~/k"), "does not expand"),
        (("--to", str(tmp_path / "none" / "x")), "No such file"),
    ):
        with pytest.raises(CommandError, match=words):
            run("connections", email, *more)
