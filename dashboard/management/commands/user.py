"""`manage.py user invite|reset|list|key|…`: people from the console, through the actions of the pages."""

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions, token_actions, tokens
from accounts.errors import AccountsError
from accounts.factors import FACTORS
from accounts.models import Role, Token, User, tidy_email
from accounts.ssh_keys import blob_of, fingerprint, read
from accounts.token_actions import TokenOptions
from dashboard.person import console_person
from hosts import bells
from hosts.access import Person
from hosts.access.second_factor import users_lacking_factor
from hosts.gate.sessions.connections import (
    FILES,
    check_identity,
    connections_of,
    docker_lines,
    gate_facts,
    podman_lines,
)
from hosts.gate.sessions.keys import register
from hosts.own_address import own_address
from hosts.refusals import FieldRefusal


def _whole(key: Token) -> str:
    """The key's fingerprint, as ssh-keygen -l writes it."""
    return fingerprint(blob_of(key.public_key))


class Command(BaseCommand):
    help = "People: invite, new password links, list; their SSH keys and tokens."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="invite|reset|list|key|…")
        invite = what.add_parser("invite", help="print a link with which E joins; lasts 7 days")
        invite.add_argument("email", metavar="E")
        invite.add_argument(
            "--role", default="viewer", help="viewer, operator or admin (default: viewer)"
        )
        reset = what.add_parser("reset", help="print a link with which E sets a new password")
        reset.add_argument("email", metavar="E")
        reset.add_argument(
            "--second-factor", action="store_true", help="also reset their second factor"
        )
        what.add_parser(
            "list",
            help="all people, one per line: email, role, state, last sign-in, second factor, name",
        )
        self._add_key_arguments(what.add_parser("key", help="SSH keys for the gate"))
        self._add_connections_arguments(
            what.add_parser("connections", help="connections of E for podman and docker")
        )
        token = what.add_parser("token", help="print a new API token of E; it is shown only now")
        token.add_argument("email", metavar="E")
        token.add_argument("--name", default="console", help="what the log calls it (console)")
        token.add_argument(
            "--days", type=int, default=30, help="how long it lasts (30, at most 365)"
        )
        token.add_argument("--verbs", nargs="+", default=[], metavar="VERB", help="for these alone")
        token.add_argument("--read-only", action="store_true", help="it looks, and changes nothing")

    def _add_key_arguments(self, key: argparse.ArgumentParser) -> None:
        how = key.add_subparsers(dest="how", required=True, metavar="add|list|revoke")
        add = how.add_parser("add", help="register a public key of E, for all that E may do")
        add.add_argument("email", metavar="E")
        add.add_argument("--file", type=Path, required=True, help="the file that ends in .pub")
        add.add_argument("--days", type=int, default=365, help="how long it lasts (365, the most)")
        add.add_argument("--name", default="", help="what the log calls it (the key's comment)")
        listing = how.add_parser(
            "list", help="E's keys, one per line: fingerprint, state, end, last use, name"
        )
        listing.add_argument("email", metavar="E")
        revoke = how.add_parser("revoke", help="end a key of E; what it has open ends too")
        revoke.add_argument("email", metavar="E")
        revoke.add_argument("name", help="its name, or its fingerprint")

    def _add_connections_arguments(self, connections: argparse.ArgumentParser) -> None:
        connections.add_argument("email", metavar="E")
        connections.add_argument(
            "--form",
            choices=("lines", "known-hosts", *FILES),
            default="lines",
            help="commands to paste, the gate's key, or a file (lines)",
        )
        connections.add_argument(
            "--identity", default="", metavar="F", help="E's private key, on E's machine"
        )
        connections.add_argument(
            "--address", default="", metavar="NAME", help="how E reaches this machine"
        )
        connections.add_argument("--to", type=Path, metavar="FILE", help="write there")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        try:
            if what == "invite":
                self._invite(email=options["email"], role_name=options["role"])
            elif what == "reset":
                self._reset(email=options["email"], factor_too=options["second_factor"])
            elif what == "key":
                self._key(**options)
            elif what == "token":
                self._token(**options)
            elif what == "connections":
                self._connections(**options)
            else:
                self._list()
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        except FieldRefusal as refused:
            raise CommandError(str(refused)) from refused
        except AccountsError as trouble:
            raise CommandError(str(trouble)) from trouble

    def _invite(self, *, email: str, role_name: str) -> None:
        roles = {role.name: role for role in Role.objects.all()}
        if role_name not in roles:
            words = _("There is no role %(name)s. Use one of: %(roles)s.")
            raise CommandError(words % {"name": role_name, "roles": ", ".join(roles)})
        console = console_person()
        path = actions.invite(console.user, console.who, email=email, role=roles[role_name])
        self.stdout.write(own_address(path))

    def _reset(self, *, email: str, factor_too: bool) -> None:
        people = User.objects.filter(kind=User.Kind.PERSON)
        user = self._active(people, email)
        console = console_person()
        if factor_too:
            actions.remove_second_factor(console.user, console.who, user=user)
        path = actions.make_reset_link(console.user, console.who, user=user)
        self.stdout.write(own_address(path))

    def _active(self, people: QuerySet[User], email: str) -> User:
        user = people.filter(email=tidy_email(email)).first()
        if user is None:
            words = _("Nobody here signs in as %(email)s. `manage.py user list` shows everybody.")
            raise CommandError(words % {"email": email})
        if not user.is_active:
            words = _("%(email)s is disabled. Enable them first, on the page People.")
            raise CommandError(words % {"email": email})
        return user

    def _key(self, *, how: str, email: str, **options: Any) -> None:
        user = self._active(User.objects.all(), email)
        keys = Token.objects.select_related("user__role").filter(user=user).exclude(public_key="")
        if how == "add":
            self._add_key(user, options["file"], days=options["days"], name=options["name"])
        elif how == "revoke":
            self._revoke_key(keys, options["name"])
        else:
            for key in keys:
                used = key.used_at.isoformat(timespec="seconds") if key.used_at else "never"
                state, ends = (
                    tokens.why_dead(key) or "live",
                    key.expires_at.isoformat(timespec="seconds"),
                )
                self.stdout.write("\t".join((_whole(key), state, ends, used, key.name)))

    def _token(
        self, *, email: str, name: str, days: int, verbs: list[str], read_only: bool, **_rest: Any
    ) -> None:
        user, console = self._active(User.objects.all(), email), console_person()
        options = TokenOptions(
            name,
            timezone.now() + timedelta(days=days),
            reach=Token.Reach.VERBS if verbs else Token.Reach.ALL,
            verbs=tuple(verbs),
            read_only=read_only,
        )
        _made, secret = token_actions.make(console.user, console.who, options, user=user)
        bells.ring("access", "audit")
        self.stdout.write(secret)

    def _add_key(self, user: User, file: Path, *, days: int, name: str) -> None:
        try:
            text = file.read_text()
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"{file}: {problem}") from problem
        console = console_person()
        ends = timezone.now() + timedelta(days=days)
        options = TokenOptions(name or read(text).comment[:60] or file.stem, ends)
        key = register(console.user, console.who, options, user=user, text=text)
        bells.ring("access", "audit")
        self.stdout.write(_whole(key))

    def _revoke_key(self, keys: QuerySet[Token], name: str) -> None:
        live = [key for key in keys.filter(revoked_at=None) if name in (key.name, _whole(key))]
        if not live:
            words = _("There is no active key with this name. `manage.py user key list` shows all.")
            raise CommandError(words)
        console = console_person()
        token_actions.revoke(console.user, console.who, token=live[0])
        bells.ring("access", "audit")

    def _connections(
        self, *, email: str, form: str, identity: str, address: str, to: Path | None, **_rest: Any
    ) -> None:
        user = self._active(User.objects.all(), email)
        gate = gate_facts(address or urlsplit(own_address()).hostname or "localhost")
        if gate is None:
            raise CommandError(_("There is no gate here: HAULOUT_GATE_PORT names no port."))
        found = connections_of(Person(user, console_person().who), gate.address)
        identity = check_identity(identity)
        if form in FILES:
            content = FILES[form].write(found, identity)
        elif form == "lines":
            lines = [*podman_lines(found, identity), *docker_lines(found)]
            content = "".join(f"{line}\n" for line in lines).encode()
        else:
            content = f"{gate.known_hosts}\n".encode()
        if to:
            try:
                to.write_bytes(content)
            except OSError as problem:
                raise CommandError(f"{to}: {problem.strerror}") from problem
        elif form == "docker":
            raise CommandError(_("This is a tar archive: name a file with --to."))
        else:
            self.stdout.write(content.decode(), ending="")

    def _list(self) -> None:
        having = Authenticator.objects.filter(type__in=FACTORS)
        on = set(having.values_list("user_id", flat=True))
        needed = users_lacking_factor(User.objects.values_list("pk", flat=True))
        for user in User.objects.order_by("email"):
            last = user.last_login
            seen = last.isoformat(timespec="seconds") if last else "never"
            state = "active" if user.is_active else "disabled"
            factor = "on" if user.pk in on else "needed" if user.pk in needed else "off"
            told = (user.email, user.role.name, state, seen, factor, user.name)
            self.stdout.write("\t".join(told))
