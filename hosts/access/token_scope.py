"""What a token reaches now, with its groups and hosts as they are at this moment."""

from django.db.models import Q

from accounts.models import Token
from hosts.access.person import Scope
from hosts.models import Endpoint, Host


def scope_of(token: Token) -> Scope:
    """The scope that limits the owner's rights. Deleted groups and hosts reach nothing."""
    if token.everywhere:
        return Scope(verbs=token.verb_names())
    named = Q(pk__in=token.hosts) | Q(groups__in=token.groups)
    hosts = frozenset(Host.objects.filter(named).order_by().values_list("pk", flat=True))
    found = Endpoint.objects.filter(host_id__in=sorted(hosts)).order_by()
    endpoints = frozenset(found.values_list("pk", flat=True))
    return Scope(verbs=token.verb_names(), hosts=hosts, endpoints=endpoints)
