"""R17: a right that goes ends every open view, whatever took it: no socket outlives it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts import actions, team_actions
from accounts.epoch import raise_epoch
from accounts.models import Team
from hosts.actions.access import grants
from hosts.models import Grant, Host
from tests.access.furniture import Matrix
from tests.access.test_matrix_sockets import DENIED, LIVE, NOT_THERE, STREAMS, enter  # noqa: F401
from tests.fresh_person import person_of

pytestmark = pytest.mark.django_db(transaction=True)

WITHDRAWN, RIGHTS_CHANGED = 4401, 4409


def disabled(matrix: Matrix, alice: Any) -> None:
    actions.disable(alice.user, alice.who, user=matrix.people["owner"].user)


def out_of_the_team(matrix: Matrix, alice: Any) -> None:
    team = Team.objects.get(name="team-owner")
    team_actions.remove_member(alice.user, alice.who, team=team, user=matrix.people["owner"].user)


def grant_taken(matrix: Matrix, alice: Any) -> None:
    grants.revoke(alice, Grant.objects.get(team__name="team-owner").pk)


def grant_ended(matrix: Matrix, alice: Any) -> None:
    """By the clock alone: nobody does anything, and no epoch is raised."""
    ended = timezone.now() - timedelta(milliseconds=1)
    Grant.objects.filter(team__name="team-owner").update(until=ended)


def out_of_the_group(matrix: Matrix, alice: Any) -> None:
    Host.objects.get(pk=1).groups.clear()
    raise_epoch()


@pytest.mark.parametrize(
    "loses", [disabled, out_of_the_team, grant_taken, grant_ended, out_of_the_group]
)
async def test_every_socket_ends(
    transactional_matrix: Matrix,
    enter: Any,  # noqa: F811
    loses: Callable[[Matrix, Any], None],
) -> None:
    owner = transactional_matrix.people["owner"]
    paths = [path for path, (_route, sees, _verb) in STREAMS.items() if sees]
    streams = [(await enter(owner, path))[0] for path in paths]
    live, _refused = await enter(owner, f"/{LIVE}")
    await live.say({"op": "watch", "id": "a", "list": "containers"})
    assert (await live.answer())["op"] == "rows"
    admin = transactional_matrix.people["admin"].user

    def act() -> None:
        loses(transactional_matrix, person_of(admin))

    await sync_to_async(act)()
    for path, stream in zip(paths, streams, strict=True):
        # one that was about to be let in may find that it is refused
        assert await stream.closed() in (WITHDRAWN, NOT_THERE, DENIED), path
    assert await live.closed() in (WITHDRAWN, RIGHTS_CHANGED)
