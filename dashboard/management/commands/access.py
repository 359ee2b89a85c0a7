"""`manage.py access`: teams, roles and grants from the console, through the actions of the pages."""

import argparse
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts import role_actions, team_actions
from accounts.errors import AccountsError
from accounts.models import Role, Team, User
from dashboard.furniture.grants import prepare_grants
from dashboard.furniture.names import holder_named, place_named, user_named
from dashboard.furniture.subject import subject_of
from dashboard.person import console_person
from hosts.access import NotVisible, Person
from hosts.access.explain import VerbSource, explain
from hosts.actions.access import grants
from hosts.actions.access.grant_options import GrantOptions
from hosts.models import Grant
from hosts.refusals import FieldRefusal

_FOR = re.compile(r"(\d{1,4})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Command(BaseCommand):
    help = "Teams, roles and grants: list, make, give, take; explain what a person may do where."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        for name, words in (
            ("teams", "all teams"),
            ("roles", "all roles"),
            ("grants", "all grants"),
        ):
            _json(steps.add_parser(name, help=f"list {words}, one a line"))
        team = steps.add_parser(
            "team", help="make or remove a team, add people (in) and remove them (out)"
        )
        team.add_argument("what", choices=("make", "remove", "in", "out"))
        team.add_argument("team", metavar="TEAM")
        team.add_argument("who", metavar="WHO", nargs="?", help="email address, with in and out")
        team.add_argument("--words", default="", help="purpose, with make")
        role = steps.add_parser("role", help="make or remove a role")
        role.add_argument("what", choices=("make", "remove"))
        role.add_argument("role", metavar="ROLE")
        role.add_argument("--like", metavar="ROLE", help="start with the verbs of this role")
        role.add_argument("--verb", action="append", default=[], metavar="VERB", help="also this")
        role.add_argument(
            "--no", action="append", default=[], metavar="VERB", help="remove this verb"
        )
        role.add_argument("--words", default="")
        give = steps.add_parser("give", help="give a role somewhere")
        give.add_argument("to", metavar="WHO", help="email address, or team:shop")
        give.add_argument("role", metavar="ROLE")
        give.add_argument(
            "where", metavar="WHERE", help="everywhere, group:prod, host:web1, host:web1/anna"
        )
        give.add_argument(
            "--label", default="", help="only containers with this label: app or app=shop"
        )
        give.add_argument("--names", default="", help="only containers whose name matches: shop-*")
        give.add_argument("--for", dest="lasts", default="", help="30m, 8h, 1d, 2w")
        give.add_argument("--until", default="", help="such as 2026-12-01T18:00+01:00")
        give.add_argument("--reason", default="")
        _json(give)
        take = steps.add_parser("take", help="revoke a grant by its number")
        take.add_argument("grant", type=int)
        why = steps.add_parser("explain", help="what a person may do on an object, and why")
        why.add_argument("who", metavar="WHO")
        why.add_argument(
            "where",
            metavar="WHERE",
            nargs="?",
            default="",
            help="web1 or web1/shop-web; empty: whole site",
        )
        _json(why)

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        try:
            getattr(self, f"_{step}")(console_person(), options)
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        except (AccountsError, FieldRefusal) as trouble:
            raise CommandError(str(trouble)) from trouble
        except NotVisible as trouble:
            raise CommandError(_("There is nothing with this name.")) from trouble

    def _tell(self, rows: Iterable[dict[str, Any]], options: dict[str, Any]) -> None:
        for row in rows:
            if options.get("json"):
                self.stdout.write(json.dumps(row, ensure_ascii=False))
            else:
                self.stdout.write("\t".join(_cell(value) for value in row.values()))

    def _teams(self, console: Person, options: dict[str, Any]) -> None:
        rows = Team.objects.prefetch_related("memberships__user")
        self._tell(
            (
                {
                    "team": team.name,
                    "people": sorted(one.user.email for one in team.memberships.all()),
                    "words": team.words,
                }
                for team in rows
            ),
            options,
        )

    def _roles(self, console: Person, options: dict[str, Any]) -> None:
        self._tell(
            (
                {
                    "role": role.name,
                    "built_in": role.built_in,
                    "verbs": sorted(role.verb_names()),
                    "words": role.describes,
                }
                for role in Role.objects.all()
            ),
            options,
        )

    def _grants(self, console: Person, options: dict[str, Any]) -> None:
        rows = list(grants.with_names(Grant.objects.order_by("pk")))
        prepare_grants(rows, console)
        self._tell(map(_grant_json, rows), options)

    def _team(self, console: Person, options: dict[str, Any]) -> None:
        by, who, what = console.user, console.who, options["what"]
        if what == "make":
            team_actions.make(by, who, name=options["team"], words=options["words"])
            return
        team = Team.objects.filter(name=options["team"]).first()
        if team is None:
            raise CommandError(_("There is no team %s.") % options["team"])
        if what == "remove":
            team_actions.remove(by, who, team=team)
        elif what == "in":
            team_actions.add_member(by, who, team=team, user=_user(options["who"]))
        else:
            team_actions.remove_member(by, who, team=team, user=_user(options["who"]))

    def _role(self, console: Person, options: dict[str, Any]) -> None:
        by, who = console.user, console.who
        if options["what"] == "remove":
            role_actions.remove(by, who, role=_role(options["role"]))
            return
        begun = _role(options["like"]).verb_names() if options["like"] else frozenset()
        chosen = (begun | set(options["verb"])) - set(options["no"])
        wanted = role_actions.RoleOptions(options["role"], options["words"], tuple(sorted(chosen)))
        role_actions.make(by, who, wanted)

    def _give(self, console: Person, options: dict[str, Any]) -> None:
        to = holder_named(options["to"])
        wanted = GrantOptions(
            role=_role(options["role"]),
            user=to if isinstance(to, User) else None,
            team=to if isinstance(to, Team) else None,
            label=options["label"],
            names=options["names"],
            until=_end(options["lasts"], options["until"]),
            reason=options["reason"],
            **place_named(console, options["where"]),
        )
        grant = grants.give(console, wanted)
        prepare_grants([grant], console)
        self._tell([_grant_json(grant)], options)

    def _take(self, console: Person, options: dict[str, Any]) -> None:
        grants.revoke(console, options["grant"])

    def _explain(self, console: Person, options: dict[str, Any]) -> None:
        subject = subject_of(console, {"where": options["where"]})
        answers = explain(Person(_user(options["who"]), console.who), subject.place, subject.row)
        self._tell(
            (
                {
                    "verb": one.verb.name,
                    "allowed": one.allowed,
                    "through": [_way(way) for way in one.through],
                }
                for one in answers
            ),
            options,
        )


def _way(way: VerbSource) -> str:
    """What gives a verb in one line: role, place, team, narrowing, its end."""
    end = f"until {way.until.isoformat(timespec='seconds')}" if way.until else ""
    return " ".join(part for part in (way.role, way.place, way.team, way.narrowed, end) if part)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if isinstance(value, list) else str(value)


def _grant_json(grant: Any) -> dict[str, Any]:
    return {
        "grant": grant.pk,
        "to": f"team:{grant.team}" if grant.team else grant.user.email,
        "role": grant.role.name,
        "where": grant.place,
        "only": grant.only,
        "until": grant.until.isoformat(timespec="seconds") if grant.until else "",
        "reason": grant.reason,
    }


def _user(text: str | None) -> User:
    user = user_named(text) if text else None
    if user is None:
        raise CommandError(_("There is no person %s.") % (text or "…"))
    return user


def _role(name: str) -> Role:
    role = Role.objects.filter(name=name).first()
    if role is None:
        known = ", ".join(Role.objects.values_list("name", flat=True))
        words = _("There is no role %(name)s. Use one of: %(known)s.")
        raise CommandError(words % {"name": name, "known": known})
    return role


def _end(lasts: str, until: str) -> datetime | None:
    if lasts:
        found = _FOR.fullmatch(lasts)
        if found is None:
            raise CommandError(_("Write --for as 30m, 8h, 1d or 2w."))
        return timezone.now() + timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not until:
        return None
    moment = parse_datetime(until)
    if moment is None:
        raise CommandError(_("Write --until as 2026-12-01T18:00+01:00."))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
