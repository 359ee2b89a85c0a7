"""Grants, as the pages of access, of groups, of hosts and of people show them."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, User
from dashboard.furniture.names import place_text
from dashboard.furniture.people import people_like
from hosts.access import Narrowing, Person
from hosts.actions.access import grants as actions
from hosts.models import Grant, Group, Host


def counting_on(hosts: QuerySet[Host]) -> Q:
    """Grants that count on these hosts, be it by a group or everywhere."""
    groups = Group.objects.filter(hosts__in=hosts).order_by().values("pk")
    there = Q(host__in=hosts) | Q(endpoint__host__in=hosts) | Q(group__in=groups)
    return there | Q(host=None, endpoint=None, group=None)


def held_by(people: QuerySet[User]) -> Q:
    """Grants to them and to their teams."""
    teams = Membership.objects.filter(user__in=people).order_by().values("team")
    return Q(user__in=people.order_by().values("pk")) | Q(team__in=teams)


def prepare_grants(rows: list[Any], person: Person) -> None:
    """Each row's place and narrowing in words."""
    now = timezone.now()
    for row in rows:
        row.place = place_text(row)
        row.only = Narrowing(row.label, row.names).words
        row.over = row.until is not None and row.until <= now


def grants_shown(person: Person, rows: QuerySet[Grant]) -> list[Grant]:
    """Grants for access/grants_of.html, in the order in which they were given."""
    found = list(actions.with_names(rows).order_by("pk"))
    prepare_grants(found, person)
    return found


def grants_of_person(person: Person, email: str) -> list[Grant]:
    """What somebody has by grants, their own and those of their teams."""
    return grants_shown(person, Grant.objects.filter(held_by(people_like(email))))
