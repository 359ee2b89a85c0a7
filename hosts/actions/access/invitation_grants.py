"""Grants that come with an invitation: roles on groups of hosts for the person who joins.

They are authorised like other grants: when the invitation is made, and again when it is used
(accounts.invitations.still_authorized).
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from accounts import actions, invitations
from accounts.models import OneTimeLink, Role, Team, User
from audit import write
from audit.shapes import Target, Who
from hosts import bells
from hosts.access import Person, require
from hosts.access.grant_rows import role_verbs
from hosts.actions.access.grant_options import GrantOptions, check_gives_something
from hosts.actions.access.grants import MAY, VERB, log_params, require_within, target_of_grant
from hosts.models import Grant, Group, InvitedGrant


def invite(
    person: Person,
    *,
    email: str,
    role: Role,
    teams: Iterable[Team] = (),
    grants: Iterable[tuple[Role, Group]] = (),
) -> str:
    """The path of the link, as accounts.actions.invite. FieldRefusal, Denied, and what that raises."""
    wanted = [GrantOptions(role=given, group=group) for given, group in grants]
    for one in wanted:
        target = Target(kind="grant", name=f"{one.role.name} to {email}")
        require(person, MAY, target)
        require_within(person, target, one.role_verbs)
        check_gives_something(one)

    def brings(link: OneTimeLink) -> list[str]:
        rows = [InvitedGrant(link=link, role=one.role, group=one.group) for one in wanted]
        return [str(row) for row in InvitedGrant.objects.bulk_create(rows)]

    return actions.invite(
        person.user, person.who, email=email, role=role, teams=teams, brings=brings
    )


class InvitedGrants:
    """Implements accounts.invitations.InvitationGrants on the InvitedGrant table."""

    def verbs_of(self, link: OneTimeLink) -> frozenset[str]:
        """Verbs that the link's grants give."""
        found = Role.objects.filter(pk__in=_of(link).order_by().values("role"))
        return frozenset[str]().union(*map(role_verbs, found))

    def give(self, link: OneTimeLink, user: User, who: Who) -> list[str]:
        """Create the grants, each with an entry. Returns their words."""
        granted = []
        for one in _of(link).select_related("role", "group"):
            grant = Grant.objects.create(
                user=user, role=one.role, group=one.group, made_by=link.made_by
            )
            write.event(
                who,
                VERB,
                target_of_grant(grant),
                params={"given": True, **log_params(grant)},
                detail=f"invited by {link.made_by}",
            )
            granted.append(str(one))
        if granted:
            bells.ring("access", "audit")
        return granted

    def links_with_role(self, role: Role) -> Q:
        """Condition on links with a grant of this role."""
        return Q(grants__role=role)


def _of(link: OneTimeLink) -> QuerySet[InvitedGrant]:
    return InvitedGrant.objects.filter(link=link)


invitations.register(InvitedGrants())
