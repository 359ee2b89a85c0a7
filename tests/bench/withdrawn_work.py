"""Child of bench_withdrawn: gives a person what they need, and takes it in each of the ways there are.

Reads one JSON object per line, {"do": "give" | one of WAYS}, and answers with one. It goes through the same
actions as pages; "at" is the monotonic clock, which all processes share, right after the commit.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

EMAIL, NAME = "bella@example.org", "Bella"
# a grant that is to end by itself has so long
ENDS_IN_S = 3
ROLE, GROUP, TEAM = "lends", "lent", "lenders"
# how the right goes; "session": they sign out elsewhere
WAYS = ("taken", "ended", "disabled", "role", "group", "team", "session", "token")


def main(password: str) -> None:
    django.setup()
    stage = Stage(password)
    for line in sys.stdin:
        asked = json.loads(line)["do"]
        told = stage.give() if asked == "give" else stage.take(asked)
        print(json.dumps(told), flush=True)


class Stage:
    """Bella, her team, and its grant: a role on the group with every host."""

    def __init__(self, password: str) -> None:
        from accounts.models import Role, Team, User
        from dashboard.person import console_person
        from hosts.models import Group, Host

        self.by = console_person()
        self.bella = User.objects.create(
            email=EMAIL, name=NAME, role=Role.objects.get(name="member")
        )
        self.bella.set_password(password)
        self.bella.save()
        self.verbs = tuple(Role.objects.get(name="admin").verb_names())
        self.role = Role.objects.create(name=ROLE, verbs=sorted(self.verbs))
        self.group = Group.objects.create(name=GROUP)
        self.team = Team.objects.create(name=TEAM)
        self.hosts = list(Host.objects.values_list("pk", flat=True))
        self.tokens = 0

    def give(self) -> dict[str, Any]:
        """All that was taken, again, and a new token."""
        from accounts import actions, team_actions, token_actions
        from hosts.actions.access import grants
        from hosts.actions.access.grant_options import GrantOptions
        from hosts.models import Grant

        self.bella.refresh_from_db()
        if not self.bella.is_active:
            actions.enable(self.by.user, self.by.who, user=self.bella)
            self.bella.refresh_from_db()
        self._edit_role(self.verbs)
        self._edit_group(self.hosts)
        team_actions.add_member(self.by.user, self.by.who, team=self.team, user=self.bella)
        Grant.objects.filter(team=self.team).delete()
        grants.give(self.by, GrantOptions(team=self.team, role=self.role, group=self.group))
        self.tokens += 1
        wanted = token_actions.TokenOptions(f"bench {self.tokens}", _in(days=1))
        self.token, secret = token_actions.make(self.bella, self.by.who, wanted, user=self.bella)
        return {"token": secret}

    def take(self, way: str) -> dict[str, Any]:
        """{"at": when it was}."""
        ways: dict[str, Callable[[], float | None]] = {
            "taken": self._taken,
            "ended": self._ended,
            "disabled": self._disabled,
            "role": lambda: self._edit_role(tuple(v for v in self.verbs if not _opens(v))),
            "group": lambda: self._edit_group([]),
            "team": self._left,
            "session": self._signed_out,
            "token": self._revoked,
        }
        at = ways[way]()
        return {"at": time.monotonic() if at is None else at}

    def _taken(self) -> None:
        from hosts.actions.access import grants
        from hosts.models import Grant

        grants.revoke(self.by, Grant.objects.get(team=self.team).pk)

    def _ended(self) -> float:
        """Set to a moment from now; nobody does anything when it has come."""
        from hosts.actions.access import grants
        from hosts.models import Grant

        until = _in(seconds=ENDS_IN_S)
        grant = Grant.objects.get(team=self.team)
        grants.change(self.by, grant.pk, until=until, reason="")
        return time.monotonic() + (until - _in()).total_seconds()

    def _disabled(self) -> None:
        from accounts import actions

        actions.disable(self.by.user, self.by.who, user=self.bella)

    def _left(self) -> None:
        from accounts import team_actions

        team_actions.remove_member(self.by.user, self.by.who, team=self.team, user=self.bella)

    def _signed_out(self) -> None:
        from accounts.sessions import end_sessions

        end_sessions(self.bella)

    def _revoked(self) -> None:
        from accounts import token_actions

        token_actions.revoke(self.bella, self.by.who, token=self.token)

    def _edit_role(self, verbs: tuple[str, ...]) -> None:
        from accounts import role_actions

        wanted = role_actions.RoleOptions(name=ROLE, verbs=tuple(sorted(verbs)))
        role_actions.edit(self.by.user, self.by.who, wanted, role=self.role)

    def _edit_group(self, host_ids: list[int]) -> None:
        from hosts.actions.hosts import edit_group

        edit_group.edit(self.by, self.group.pk, name=GROUP, notes="", host_ids=host_ids)


def _in(**how_long: float) -> Any:
    from django.utils import timezone

    return timezone.now() + timedelta(**how_long)


def _opens(verb: str) -> bool:
    """True for what one needs to open anything; to see that it is there stays."""
    return not verb.endswith(".view")


if __name__ == "__main__":
    main(sys.argv[1])
