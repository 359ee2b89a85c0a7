"""Reads grants for the accounts app, which knows people, teams and roles but no hosts."""

from django.db.models import QuerySet

from accounts import grant_source
from accounts.models import Role, Team, User
from hosts.access.grant_rows import in_force, role_verbs
from hosts.access.rights import grants_to, rights_of
from hosts.models import Grant, Group


class DatabaseGrants:
    """Implements accounts.grant_source.GrantSource on the Grant table."""

    def given_to(self, holder: User | Team) -> frozenset[str]:
        """Verbs that current grants give the holder on any host."""
        if isinstance(holder, User):
            return _verbs(grants_to(holder) if holder.pk else Grant.objects.none())
        return _verbs(in_force(Grant.objects.filter(team=holder)))

    def everywhere(self, user: User) -> frozenset[str]:
        """Verbs that the person holds on every host."""
        return rights_of(user).everywhere()

    def count(self, holder: Role | Team) -> int:
        """How many grants name this role or team."""
        return holder.grants.count()


def verbs_given_on(group: Group) -> frozenset[str]:
    """Verbs that current grants give anybody on hosts of the group."""
    return _verbs(in_force(Grant.objects.filter(group=group)))


def _verbs(grants: QuerySet[Grant]) -> frozenset[str]:
    roles = Role.objects.filter(pk__in=grants.order_by().values("role"))
    return frozenset().union(*(role_verbs(role) for role in roles))


grant_source.register(DatabaseGrants())
