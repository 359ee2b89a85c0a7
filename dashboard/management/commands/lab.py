"""`manage.py lab up 2`: real Podman hosts on this machine. Only hands over to tests/lab/hosts."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _


class Command(BaseCommand):
    help = "A lab of real Podman hosts on this machine: up N, status, down (needs root)."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        try:
            from tests.lab.hosts import commands
        except ModuleNotFoundError as exc:
            raise CommandError(
                _("The lab is in the source checkout (tests/lab) and is not installed here.")
            ) from exc
        commands.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from tests.lab.hosts import commands

        if code := commands.carry_out(argparse.Namespace(**options)):
            raise SystemExit(code)
