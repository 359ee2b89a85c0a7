"""What grants give, for accounts, which knows people, teams and roles but no places."""

from django.db.models import Q
from django.utils import timezone

from accounts import beyond
from accounts.models import Role, Team, User
from hosts.access.rights import grants_to, rights_of, role_verbs
from hosts.models import Grant


class Grants:
    """accounts.beyond.Source over the rows of Grant."""

    def given_to(self, holder: User | Team) -> frozenset[str]:
        """Verbs that grants in force give the holder anywhere."""
        if isinstance(holder, User):
            grants = grants_to(holder) if holder.pk else Grant.objects.none()
        else:
            in_force = Q(until=None) | Q(until__gt=timezone.now())
            grants = Grant.objects.filter(in_force, team=holder)
        roles = Role.objects.filter(pk__in=grants.order_by().values("role"))
        return frozenset().union(*(role_verbs(role) for role in roles))

    def everywhere(self, user: User) -> frozenset[str]:
        """Verbs that the person holds on every host."""
        return rights_of(user).everywhere()

    def count(self, holder: Role | Team) -> int:
        """How many grants name this role or team."""
        return holder.grants.count()


beyond.register(Grants())
