"""Who is on a connection to the gate: their key's part of their rights, and the end of both."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import actions, ssh_keys, token_actions, tokens
from accounts.models import Token
from accounts.token_actions import TokenOptions
from hosts.access import allows
from hosts.gate.sessions.session import SessionOver, session_of
from hosts.jobs.rights import person_of
from hosts.link.framing import RequestHead
from hosts.models import Job
from tests.cast import Cast
from tests.public_keys import line_of
from tests.two_teams import Fleet


@pytest.fixture
def key_of(who_of: Any) -> Any:
    """`key_of(user, hosts={…}, …)`: an SSH key of theirs."""

    def made(user: Any, **given: Any) -> Token:
        options = TokenOptions("laptop", timezone.now() + timedelta(days=30), **given)
        return token_actions.add_key(user, who_of(user), options, user=user, text=line_of())

    return made


def test_a_session_is_its_owner_cut_down(fleet: Fleet, cast: Cast, key_of: Any) -> None:
    key = key_of(cast.alice, everywhere=False, hosts={fleet.web1.pk: "web1"})
    session = session_of(key, address="192.0.2.7", client="SSH-2.0-Go\x1b[31m")
    assert allows(session.person, "container.view", fleet.root1)
    assert not allows(session.person, "container.view", fleet.root2)
    assert not allows(session.person, "access.edit")
    assert session.person.who.client == "SSH-2.0-Go[31m"
    for agent, target, told in (
        ("curl/8.14", "/v5.4.2/libpod/info", "curl/8.14"),
        ("Go-http-client/1.1", "/v5.4.2/libpod/info", "podman/5.4.2"),
        ("Go-http-client/1.1", "/v1.41/info", "Go-http-client/1.1"),
        ("", "/v5.4.2/libpod/info", "Go-http-client/1.1"),
    ):
        session.heard(RequestHead(b"", {b"user-agent": [agent.encode()]}, 0, "GET", target))
        assert session.person.who.client == told
    who = session.person.who
    assert (who.name, who.door, who.address) == ("Alice", "gate", "192.0.2.7")
    assert who.token == str(key)


def test_a_look_sees_what_changed(fleet: Fleet, cast: Cast, key_of: Any, who_of: Any) -> None:
    key = key_of(cast.alice, everywhere=False, groups={fleet.prod.pk: "prod"})
    session = session_of(key, address="")
    assert not allows(session.look(), "container.view", fleet.root2)
    fleet.web2.groups.add(fleet.prod)
    assert allows(session.look(), "container.view", fleet.root2)
    token_actions.revoke(cast.alice, who_of(cast.alice), token=key)
    with pytest.raises(SessionOver, match="revoked"):
        session.look()
    with pytest.raises(SessionOver, match="revoked"):
        session_of(Token.objects.get(pk=key.pk), address="")


@pytest.mark.parametrize("how", ["expired", "disabled"])
def test_a_dead_key_opens_nothing(cast: Cast, key_of: Any, who_of: Any, how: str) -> None:
    session = session_of(key_of(cast.bob), address="")
    if how == "expired":
        Token.objects.update(expires_at=timezone.now())
    else:
        actions.disable(cast.alice, who_of(cast.alice), user=cast.bob)
    with pytest.raises(SessionOver, match=how):
        session.look()


def test_the_end_is_heard_once(cast: Cast, key_of: Any) -> None:
    session = session_of(key_of(cast.bob), address="")

    async def scene() -> str:
        waiting = asyncio.create_task(session.ended())
        session.end("revoked")
        session.end("expired")
        return await waiting

    assert asyncio.run(scene()) == "revoked"


def test_a_job_of_a_key_may_no_more_than_the_key(fleet: Fleet, cast: Cast, key_of: Any) -> None:
    key = key_of(cast.alice, everywhere=False, hosts={fleet.web1.pk: "web1"})
    session = session_of(key, address="")
    job = Job(who=vars(session.person.who))
    asker = person_of(job, cast.alice)
    assert asker is not None
    assert asker.scope == session.person.scope
    Token.objects.update(revoked_at=timezone.now())
    assert person_of(job, cast.alice) is None


def test_a_key_is_known_by_its_public_half(cast: Cast, key_of: Any) -> None:
    key = key_of(cast.bob)
    blob = ssh_keys.blob_of(key.public_key)
    assert tokens.find_by_public_key(blob) == key
    assert tokens.find_by_public_key(blob + b"\0") is None
    assert key.prefix == ssh_keys.fingerprint(blob)[:19]
    assert tokens.find_by_label(str(key)) == key
