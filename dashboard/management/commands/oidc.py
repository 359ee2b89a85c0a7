"""`manage.py oidc`: looks at the OpenID providers of the file, as signing in by them would."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import Role, Team
from accounts.providers import Provider, ProviderFileError, read
from dashboard.oidc import flow
from dashboard.oidc.errors import ProviderError


class Command(BaseCommand):
    help = "Check the file of OpenID providers, and connect to each of them."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.HAULOUT_OIDC_FILE
        if not path.exists():
            words = _("There is no %(path)s, so nobody can sign in with a provider.")
            self.stdout.write(words % {"path": path})
            return
        try:
            found = read(path)
        except ProviderFileError as wrong:
            raise CommandError(str(wrong)) from wrong
        trouble = 0
        for provider in found:
            for line in self._looked_at(provider):
                trouble += 1
                self.stdout.write(f"{provider.id}: {line}")
            self.stdout.write(f"{provider.id}: {provider.issuer}, join: {provider.join}")
        if trouble:
            raise CommandError(_("%(count)d problems to correct.") % {"count": trouble})

    def _looked_at(self, provider: Provider) -> list[str]:
        """What is wrong with it."""
        wrong: list[str] = []
        try:
            flow.discover(provider)
        except ProviderError as trouble:
            wrong.append(f"{trouble} ({trouble.why})")
        teams = {team for teams in provider.teams.values() for team in teams}
        unknown_teams = sorted(teams - set(Team.objects.values_list("name", flat=True)))
        roles = {provider.role, *provider.roles.values()}
        unknown_roles = sorted(roles - set(Role.objects.values_list("name", flat=True)))
        wrong += [_("there is no team %(name)s") % {"name": name} for name in unknown_teams]
        wrong += [_("there is no role %(name)s") % {"name": name} for name in unknown_roles]
        return wrong
