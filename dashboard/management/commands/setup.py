"""`manage.py setup --admin-email E --password-stdin`: data folder and first administrator, unattended."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts import actions
from accounts.errors import AccountsError
from accounts.invitations import first_admin_link
from accounts.names import name_of
from dashboard.person import console_person
from dashboard.supervisor import prepare
from hosts.own_address import own_address


class Command(BaseCommand):
    """Prepares keys, tables and static files, then makes the administrator through the one action."""

    help = "Prepare the data folder and, with --admin-email, create the first administrator."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The password never stands on a command line, where others could read it."""
        parser.add_argument(
            "--admin-email", metavar="E", help="address that the person signs in with"
        )
        parser.add_argument(
            "--admin-name", metavar="NAME", default="", help="display name (default: E)"
        )
        parser.add_argument(
            "--first-link", action="store_true", help="print the first administrator's link"
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="password from the first line of standard input; else it is asked for",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Idempotent but for the administrator: a second one is refused."""
        prepare.everything(self.stdout.write)
        if options["first_link"] and (path := first_admin_link()) is not None:
            self.stdout.write(
                _("Create the first administrator (once, within 24 hours): %(link)s")
                % {"link": own_address(path)}
            )
        email = options["admin_email"]
        if not email:
            if options["password_stdin"]:
                raise CommandError(_("--password-stdin needs --admin-email E: name the person."))
            return
        password = self._password(from_stdin=options["password_stdin"])
        name = options["admin_name"] or name_of(email)
        try:
            user = actions.create_first_admin(
                console_person().who, email=email, name=name, password=password
            )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        except AccountsError as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(_("%(email)s may now sign in as administrator.") % {"email": user.email})

    def _password(self, *, from_stdin: bool) -> str:
        if from_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        elif sys.stdin.isatty():
            password = getpass.getpass(_("Password: "))
            if getpass.getpass(_("Repeat password: ")) != password:
                raise CommandError(_("The two passwords differ. No administrator was created."))
        else:
            raise CommandError(_("No password: give it with --password-stdin."))
        if not password:
            raise CommandError(_("The password is empty. No administrator was created."))
        return password
