"""`manage.py user invite|reset|list`: people from the console, through the actions of the pages."""

import argparse
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts import actions
from accounts.errors import AccountsError
from accounts.factors import FACTORS
from accounts.models import Role, User, tidy_email
from dashboard.person import console_person
from hosts.access.second_factor import lacking


def whole_link(path: str) -> str:
    """The link to pass on, under HAULOUT_URL or, without one, as this machine is reached itself."""
    return f"{settings.HAULOUT_URL or f'http://localhost:{settings.ENV.port}'}{path}"


class Command(BaseCommand):
    help = "People: invite somebody, make a link for a new password, list them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="invite|reset|list")
        invite = what.add_parser("invite", help="print a link with which E joins; lasts 7 days")
        invite.add_argument("email", metavar="E")
        invite.add_argument("--role", default="viewer", help="viewer, operator, admin (viewer)")
        reset = what.add_parser("reset", help="print a link with which E sets a new password")
        reset.add_argument("email", metavar="E")
        reset.add_argument(
            "--second-factor", action="store_true", help="also take their second factor away"
        )
        what.add_parser(
            "list",
            help="everybody, one a line: email, role, state, last sign-in, second factor, name",
        )

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        try:
            if what == "invite":
                self._invite(email=options["email"], role_name=options["role"])
            elif what == "reset":
                self._reset(email=options["email"], factor_too=options["second_factor"])
            else:
                self._list()
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        except AccountsError as trouble:
            raise CommandError(str(trouble)) from trouble

    def _invite(self, *, email: str, role_name: str) -> None:
        roles = {role.name: role for role in Role.objects.all()}
        if role_name not in roles:
            words = _("There is no role %(name)s. Take one of: %(roles)s.")
            raise CommandError(words % {"name": role_name, "roles": ", ".join(roles)})
        console = console_person()
        path = actions.invite(console.user, console.who, email=email, role=roles[role_name])
        self.stdout.write(whole_link(path))

    def _reset(self, *, email: str, factor_too: bool) -> None:
        people = User.objects.filter(kind=User.Kind.PERSON)
        user = people.filter(email=tidy_email(email)).first()
        if user is None:
            words = _("Nobody here signs in as %(email)s. `manage.py user list` shows everybody.")
            raise CommandError(words % {"email": email})
        if not user.is_active:
            words = _("%(email)s is disabled. Enable them first, on the page People.")
            raise CommandError(words % {"email": email})
        console = console_person()
        if factor_too:
            actions.remove_second_factor(console.user, console.who, user=user)
        path = actions.make_reset_link(console.user, console.who, user=user)
        self.stdout.write(whole_link(path))

    def _list(self) -> None:
        having = Authenticator.objects.filter(type__in=FACTORS)
        on = set(having.values_list("user_id", flat=True))
        needed = lacking(User.objects.values_list("pk", flat=True))
        for user in User.objects.order_by("email"):
            last = user.last_login
            seen = last.isoformat(timespec="seconds") if last else "never"
            state = "active" if user.is_active else "disabled"
            factor = "on" if user.pk in on else "needed" if user.pk in needed else "off"
            told = (user.email, user.role.name, state, seen, factor, user.name)
            self.stdout.write("\t".join(told))
