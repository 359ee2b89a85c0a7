"""A host that joins or leaves a group gains or loses its grants, guardrails, freeze windows and registry
logins.

So these moves are checked: nobody gives more that way than by a grant, or escapes a rule.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts import grant_source
from audit import write
from audit.shapes import Target
from hosts.access import Denied, Person, allows, require, visible_groups
from hosts.access.grant_source import verbs_given_on
from hosts.models import FreezeWindow, Group, Guardrail, Host, RegistryCredential

GROUPS, REGISTRIES = "group.edit", "registry.edit"


def require_moves(
    person: Person, host: Host, target: Target, *, joins: Iterable[Group], leaves: Iterable[Group]
) -> None:
    """Denied, with its entry, unless the person may move the host. Call it outside a transaction."""
    joins, leaves = list(joins), list(leaves)
    if not joins and not leaves:
        return
    require_joins(person, target, joins)
    if Guardrail.objects.filter(groups__in=leaves, enabled=True).exists():
        require(person, "guardrail.edit", target, host)
    if FreezeWindow.objects.filter(groups__in=leaves, enabled=True).exists():
        require(person, "freeze.edit", target, host)


def joinable(person: Person) -> QuerySet[Group] | None:
    """Groups that `require_joins` would accept. None for people who may not choose groups."""
    if not allows(person, GROUPS):
        return None
    holds = grant_source.verbs_everywhere(person.user)
    groups = visible_groups(person)
    if not allows(person, REGISTRIES):
        groups = groups.exclude(registry_credentials__isnull=False)
    return groups.filter(pk__in=[group.pk for group in groups if verbs_given_on(group) <= holds])


def require_joins(person: Person, target: Target, joins: Iterable[Group]) -> None:
    """Denied, with its entry, unless the person may add a host, also a new one, to these groups."""
    require(person, GROUPS, target)
    joins = list(joins)
    gives = frozenset[str]().union(*(verbs_given_on(group) for group in joins))
    if not gives <= grant_source.verbs_everywhere(person.user):
        reason = f"grants on {', '.join(map(str, joins))} permit more than they hold everywhere"
        write.refusal(person.who, GROUPS, target, reason=reason[:300])
        raise Denied(GROUPS)
    if RegistryCredential.objects.filter(group__in=joins).exists():
        # a pull would send the group's passwords to the host
        require(person, REGISTRIES, target)
