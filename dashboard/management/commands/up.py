"""`manage.py up`: everything on this machine, under one supervisor."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.cli import up_options
from dashboard.cli.up import Up


class Command(BaseCommand):
    """Prepares the data folder, starts all processes, prints READY and the first link."""

    help = "Set everything up and run Haulout on this machine (stop with Ctrl-C)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options as in the README; --data DIR is understood by every command."""
        up_options.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        Up(demo=options["demo"], yes=options["yes"]).run()
