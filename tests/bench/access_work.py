"""Child of bench_access: a fleet in the database of the environment, lists as two people see it.

Prints one JSON object of milliseconds. Links and hosts play no part: lists read the inventory alone.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from tests.bench.audience import VIEWS

HOSTS, CONTAINERS = 1000, 50
GROUPS, TEAMS, GRANTS = 25, 20, 200
WATCHERS, GRANTS_EACH = 200, 50
TURNS = 12
STATES = ("running", "running", "running", "exited", "paused")
Times = dict[str, list[float]]


def main() -> None:
    django.setup()
    from django.core.management import call_command
    from django.urls import get_resolver

    from hosts.chores import refresh_statistics

    call_command("migrate", verbosity=0)
    # lists register themselves in the rooms of their pages
    assert get_resolver().url_patterns
    pick = random.Random(4)
    places = make_fleet(pick)
    # as a running Haulout does each minute
    refresh_statistics()
    administrator, granted = make_people(places, pick)
    found: dict[str, Any] = {"lists": lists(administrator, granted)}
    found["rights"] = rights(administrator, granted)
    found["looks"] = looks(make_watchers(places, pick))
    json.dump(found, sys.stdout)


def timed(work: Callable[[], Any]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def make_fleet(pick: random.Random) -> dict[str, list[Any]]:
    """Hosts with an endpoint each, in groups of unequal size; their containers."""
    from django.utils import timezone

    from hosts.models import Container, Endpoint, Group, Host, Login

    groups = Group.objects.bulk_create(Group(name=f"group{n}") for n in range(GROUPS))
    hosts = Host.objects.bulk_create(
        Host(name=f"sim{n:04}", address="192.0.2.1") for n in range(HOSTS)
    )
    logins = Login.objects.bulk_create(Login(host=host, user="root", state="up") for host in hosts)
    endpoints = Endpoint.objects.bulk_create(
        Endpoint(host=host, login=login, socket="/run/podman/podman.sock", state="up")
        for host, login in zip(hosts, logins, strict=True)
    )
    through = Host.groups.through
    through.objects.bulk_create(
        through(host=host, group=groups[number])
        for host in hosts
        for number in pick.sample(range(GROUPS), 2)
    )
    now = timezone.now()
    Container.objects.bulk_create(
        (
            Container(
                endpoint=endpoint,
                podman_id=f"{endpoint.pk:05}{n:03}".rjust(64, "0"),
                name=f"{pick.choice(('shop', 'bank', 'mail'))}-{n}",
                image=pick.choice(("docker.io/library/nginx:1", "quay.io/x/redis:7")),
                state=pick.choice(STATES),
                health=pick.choice(("healthy", "", "")),
                project=f"stack{n % 5}",
                labels={"app": pick.choice(("shop", "bank")), "environment": f"stage{n % 3}"},
                created_at=now,
                digest="",
                seen_at=now,
                changed_at=now,
            )
            for endpoint in endpoints
            for n in range(CONTAINERS)
        ),
        batch_size=400,
    )
    return {"groups": groups, "hosts": hosts, "endpoints": endpoints}


def make_people(places: dict[str, list[Any]], pick: random.Random) -> tuple[Any, Any]:
    """An administrator; a member with GRANTS grants through TEAMS teams and to themselves."""
    from accounts.models import Membership, Role, Team, User

    administrator = User.objects.create(
        email="admin@example.org", role=Role.objects.get(name="admin")
    )
    member = User.objects.create(email="member@example.org", role=Role.objects.get(name="member"))
    teams = Team.objects.bulk_create(Team(name=f"team{n}") for n in range(TEAMS))
    Membership.objects.bulk_create(Membership(team=team, user=member) for team in teams)
    give(GRANTS, places, pick, lambda n: {"team": teams[n % TEAMS]} if n % 4 else {"user": member})
    return administrator, member


def give(
    count: int,
    places: dict[str, list[Any]],
    pick: random.Random,
    to: Callable[[int], dict[str, Any]],
) -> None:
    """Grants on groups, hosts and endpoints; one in twenty for some containers alone."""
    from accounts.models import Role
    from hosts.models import Grant

    roles = list(Role.objects.filter(name__in=("viewer", "operator")))
    grants = []
    for n in range(count):
        kind = ("group", "host", "host", "endpoint")[n % 4]
        given: dict[str, Any] = {kind: pick.choice(places[f"{kind}s"])}
        if n % 20 == 7:
            given |= {"label": "app=shop"} if n % 40 == 7 else {"names": "shop-*"}
        grants.append(Grant(role=pick.choice(roles), made_by="bench", **to(n), **given))
    Grant.objects.bulk_create(grants)


def person_of(user: Any) -> Any:
    """As a request brings them in: read anew, nothing kept."""
    from accounts.models import User
    from audit.shapes import Who
    from hosts.access import Person

    found = User.objects.select_related("role").get(pk=user.pk)
    return Person(found, Who(name=found.email, user_id=found.pk, door="page"))


def lists(administrator: Any, granted: Any) -> Times:
    """The first page of every view with its count, by turns; rights are read within."""
    from dashboard.live.spec import spec_named
    from dashboard.live.view import run, view_of

    spec = spec_named("containers")
    assert spec is not None
    found: Times = {"administrator": [], "granted": []}
    for turn in range(TURNS):
        for line, sort in VIEWS:
            view = view_of(spec, {"q": line, "sort": sort})
            for name, user in (("administrator", administrator), ("granted", granted)):
                took = timed(lambda view=view, user=user: run(view, person_of(user)))  # type: ignore[misc]
                if turn:
                    found[name].append(took)
    return found


def rights(administrator: Any, granted: Any) -> Times:
    """What a request pays for knowing what somebody holds."""
    from hosts.access import rights_of

    found: Times = {"administrator": [], "granted": []}
    for _turn in range(TURNS * 10):
        for name, user in (("administrator", administrator), ("granted", granted)):
            found[name].append(timed(lambda user=user: rights_of(person_of(user).user)))  # type: ignore[misc]
    return found


def make_watchers(places: dict[str, list[Any]], pick: random.Random) -> list[tuple[Any, str]]:
    """Signed-in people with open lists."""
    from django.test import Client

    from accounts.models import Role, User

    role = Role.objects.get(name="member")
    people = User.objects.bulk_create(
        User(email=f"w{n}@example.org", role=role, password="!") for n in range(WATCHERS)
    )
    give(WATCHERS * GRANTS_EACH, places, pick, lambda n: {"user": people[n % WATCHERS]})
    found = []
    for user in people:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        found.append((person_of(user), str(client.session.session_key)))
    return found


class Open:
    """A page's lists, as the guard knows them."""

    WITHDRAWN = 4409

    def __init__(self, person: Any, session: str) -> None:
        self.person, self.scope = person, {"session_key": session}

    async def authorise(self) -> None:
        """Nobody asks: the looks alone are measured."""

    async def end(self, code: int) -> None:
        """As for authorise."""


def looks(watchers: list[tuple[Any, str]]) -> Times:
    """The guard's look at all of them: while nothing changes, and after somebody's rights did."""
    from accounts.epoch import raise_epoch
    from hosts.access.guard import Snapshot, _GuardState, _read

    streams: set[Any] = {Open(person, session) for person, session in watchers}
    before = _GuardState(Snapshot(), set(), {})

    def looked() -> None:
        nonlocal before
        seen = _read(streams, before)
        before = _GuardState(seen.known, set(), before.held | seen.held)

    found: Times = {"first": [timed(looked)], "quiet": [], "changed": []}
    for _turn in range(TURNS):
        found["quiet"].append(timed(looked))
        raise_epoch()
        found["changed"].append(timed(looked))
    return found


if __name__ == "__main__":
    main()
