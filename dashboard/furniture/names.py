"""People and places as they are typed: "erin@example.org", "team:shop", "group:prod", "host:web1"."""

from collections.abc import Iterable
from typing import TypedDict

from django.utils.translation import gettext as _

from accounts.models import Team, User, tidy_email
from hosts.access import Person, visible_endpoints, visible_groups, visible_hosts
from hosts.models import Endpoint, FreezeWindow, Grant, Group, Guardrail, Host
from hosts.refusals import FieldRefusal

EVERYWHERE = "everywhere"
SUGGESTIONS = 12


class GrantPlace(TypedDict, total=False):
    """At most one of the three; none is everywhere."""

    group: Group
    host: Host
    endpoint: Endpoint


def user_named(text: str) -> User | None:
    """A person by address, or by a name that only one has."""
    found = User.objects.filter(email=tidy_email(text)).first()
    if found is None:
        alike = list(User.objects.filter(name__iexact=text)[:2])
        found = alike[0] if len(alike) == 1 else None
    return found


def holder_named(text: str) -> User | Team:
    """FieldRefusal("to", …) when nobody is called so."""
    text = text.strip().replace("\0", "")
    kind, colon, name = text.partition(":")
    if colon and kind == "team":
        team = Team.objects.filter(name=name.strip()).first()
        if team is None:
            raise FieldRefusal("to", _("There is no team %s.") % name[:60])
        return team
    found = user_named(text) or Team.objects.filter(name=text).first()
    if found is None:
        words = _("There is no person %s. Write an email address, or a team as team:shop.")
        raise FieldRefusal("to", words % (text[:100] or "…"))
    return found


def place_named(person: Person, text: str) -> GrantPlace:
    """FieldRefusal("where", …) when there is nothing of this name that they see."""
    text = text.strip().replace("\0", "")
    if text == EVERYWHERE:
        return {}
    kind, colon, name = text.partition(":")
    kind, name = (kind, name.strip()) if colon else ("", text)
    if name and kind in ("", "host"):
        host_name, slash, account = name.partition("/")
        host = visible_hosts(person).filter(name__iexact=host_name).first()
        if host is not None and not slash:
            return {"host": host}
        endpoints = visible_endpoints(person).filter(host=host, user=account) if host else None
        endpoint = endpoints.select_related("host").first() if endpoints is not None else None
        if endpoint is not None:
            return {"endpoint": endpoint}
    if name and kind in ("", "group"):
        group = visible_groups(person).filter(name__iexact=name).first()
        if group is not None:
            return {"group": group}
    raise FieldRefusal(
        "where",
        _("Write a place: everywhere, group:prod, host:web1, or host:web1/anna for one endpoint.")
        if not name
        else _("There is no %s.") % text[:100],
    )


def place_text(grant: Grant) -> str:
    """As one types it."""
    if grant.group:
        return f"group:{grant.group}"
    if grant.endpoint:
        return f"host:{grant.endpoint.host}/{grant.endpoint.user}"
    return f"host:{grant.host}" if grant.host else EVERYWHERE


def holders_like(typed: str) -> Iterable[tuple[str, str]]:
    """(what to write, what it is) of teams and people that begin as typed."""
    typed = typed.strip().removeprefix("team:").replace("\0", "")
    teams = Team.objects.filter(name__istartswith=typed)[:SUGGESTIONS]
    yield from ((f"team:{team.name}", team.words or _("team")) for team in teams)
    people = User.objects.filter(is_active=True)
    like = people.filter(name__icontains=typed) | people.filter(email__istartswith=typed)
    yield from ((user.email, user.name) for user in like[:SUGGESTIONS])


def places_like(person: Person, typed: str) -> Iterable[tuple[str, str]]:
    """(what to write, what it is) of groups and hosts that begin as typed."""
    kind, colon, name = typed.strip().replace("\0", "").partition(":")
    name = name if colon else kind
    if EVERYWHERE.startswith(name):
        yield EVERYWHERE, _("on every host, also hosts added later")
    groups = visible_groups(person).filter(name__istartswith=name).order_by("name")
    yield from ((f"group:{group.name}", _("group of hosts")) for group in groups[:SUGGESTIONS])
    if "/" in name:
        host, _slash, account = name.partition("/")
        found = visible_endpoints(person).filter(host__name__iexact=host, user__startswith=account)
        for endpoint in found.select_related("host")[:SUGGESTIONS]:
            yield f"host:{endpoint.host.name}/{endpoint.user}", _("endpoint")
        return
    hosts = visible_hosts(person).filter(name__istartswith=name).order_by("name")
    yield from ((f"host:{host.name}", _("host")) for host in hosts[:SUGGESTIONS])


def where_of(row: Guardrail | FreezeWindow) -> str:
    """“every host”, or its groups by name."""
    if row.everywhere:
        return _("every host")
    names = ", ".join(row.groups.order_by("name").values_list("name", flat=True))
    return names or _("no host: its groups no longer exist")
