"""`manage.py test`: handled before Django starts (dashboard.cli.testing); here for the list of commands."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Runs the tests through pytest, in processes of their own."""

    help = "Run the tests: test [--all] [--hosts FILE] [pytest arguments]."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand every word to pytest as it is."""
        from dashboard.cli import testing

        raise SystemExit(testing.run(argv[2:]))

    def handle(self, *args: Any, **options: Any) -> None:
        """Not reached from the command line."""
        from dashboard.cli import testing

        raise SystemExit(testing.run(list(args)))
