"""Every command and step of `manage.py` (T2). Who sits at the console may do all, with an entry as
such. What only looks writes nothing. What it says of others is what they may do.
"""

import argparse
import json
import pkgutil
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command, load_command_class

from accounts import verbs as registry
from audit.models import Entry
from dashboard.management import commands
from tests.access.calls import recorded_effects
from tests.access.furniture import Matrix
from tests.access.people import NAMES, A, Someone

# a process, or a tool of the checkout: it serves others and changes nothing in anybody's name
RUNS = "runs"
# it looks; an empty list is how to ask it
LOOKS = "looks"
# it changes something: (its words, what its entry is called)
# it needs a host that answers, or none of whose jobs is open: tests/lab, tests/dashboard
LAB = "lab"
COMMANDS: dict[str, Any] = {
    "access explain": (["admin@example.org", "den"], LOOKS),
    "access give": (["bystander@example.org", "viewer", "host:den"], "access.grant"),
    "access grants": ([], LOOKS),
    "access role": (["make", "deckhands", "--verb", "host.view"], "access.role"),
    "access roles": ([], LOOKS),
    "access take": (["{grant_id}"], "access.grant"),
    "access team": (["make", "harbour"], "access.team"),
    "access teams": ([], LOOKS),
    "audit checkpoint": RUNS,
    "audit close": RUNS,
    "audit drop": RUNS,
    "audit export": RUNS,
    "audit verify": ([], LOOKS),
    "beat": RUNS,
    "bench": RUNS,
    "host add": LAB,
    "host doctor": LAB,
    "host import": LAB,
    "host list": ([], LOOKS),
    "host remove": LAB,
    "host rotate": LAB,
    "lab": RUNS,
    "gate": RUNS,
    "link": RUNS,
    "oidc": RUNS,
    "setup": RUNS,
    "test": RUNS,
    "up": RUNS,
    "user invite": (["new2@example.org"], "people.invite"),
    "user connections": LAB,
    # what adds and revokes: tests/dashboard/test_user_command.py
    "user key": (["list", "bystander@example.org"], LOOKS),
    "user list": ([], LOOKS),
    "user reset": (["bystander@example.org"], "people.reset_link"),
    "user token": (["bystander@example.org"], "token.make"),
    "web": RUNS,
    "worker": RUNS,
}
TRIED = {name: words for name, words in COMMANDS.items() if not isinstance(words, str)}


def steps() -> set[str]:
    """Of every command of ours, with its steps."""
    found = set()
    for module in pkgutil.iter_modules(commands.__path__):
        parser = load_command_class("dashboard", module.name).create_parser(
            "manage.py", module.name
        )
        below = [
            name
            for action in parser._actions
            if isinstance(action, argparse._SubParsersAction)
            for name in action.choices
        ]
        # of the lab each step is a tool
        found |= {f"{module.name} {one}" for one in below if module.name != "lab"} or {module.name}
    return found


def test_the_table_has_every_command() -> None:
    assert set(COMMANDS) == steps()


@pytest.mark.parametrize("name", TRIED)
def test_who_sits_at_the_console_is_written_down(
    matrix: Matrix, vault_keys: None, name: str
) -> None:
    given, verb = TRIED[name]
    words = [str(matrix.parts[one[1:-1]]) if one.startswith("{") else one for one in given]
    newest = Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0
    with recorded_effects() as seen:
        call_command(*name.split(), *words, stdout=StringIO())
        doors = set(Entry.objects.filter(number__gt=newest).values_list("door", flat=True))
    if verb == LOOKS:
        assert (seen.tables, seen.entries, seen.jobs) == (set(), [], [])
    else:
        assert seen.deeds() == [verb]
        assert doors == {"console"}


@pytest.mark.parametrize("name", NAMES)
def test_it_tells_what_somebody_may_do(matrix: Matrix, name: str) -> None:
    """The same that the routes let them do."""
    who: Someone = matrix.people[name]
    if who.scope is not None:
        # it tells of people, not of their tokens
        return
    told = StringIO()
    call_command("access", "explain", who.user.email, "den", "--json", stdout=told)
    rows = [json.loads(line) for line in told.getvalue().splitlines()]
    places = [verb.name for verb in registry.all_verbs() if not verb.site]
    assert {row["verb"] for row in rows} == set(places)
    allowed = {row["verb"] for row in rows if row["allowed"] is True}
    assert allowed == {verb for verb in places if who.holds(verb, A)}
