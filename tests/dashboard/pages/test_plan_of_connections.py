"""From a file of connections to a plan, and from the plan into the wizard; without a network."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
from dashboard.pages.hosts import connection_plan as plans
from dashboard.pages.hosts.draft import Draft
from dashboard.person import console_person
from hosts.actions.hosts.connection_files import HostPlan, PlannedHost
from hosts.actions.hosts.group_moves import joinable
from hosts.actions.hosts.host_address import HostAddress
from hosts.models import Group, Host
from tests import make
from tests.cast import Browser, Cast
from tests.fresh_person import person_of

PAGE = "/hosts/add/connections/"
SECRET = "hunter2-hunter2"
FILE = json.dumps(
    {
        "Connection": {
            "Connections": {
                "web1": {"URI": f"ssh://root:{SECRET}@10.0.0.5:2222/run/podman/podman.sock"},
                "web2": {"URI": "ssh://deploy@web2", "Identity": "/home/a/.ssh/id"},
                "old": {"URI": "tcp://10.0.0.6:2375"},
            }
        },
        "Farm": {"List": {"prod": ["web1", "web2"]}},
    }
)


def kept(browser: Browser) -> dict[str, Any]:
    """The session."""
    return dict(SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value).items())


@pytest.mark.parametrize("how", ["pasted", "chosen"])
def test_a_file_becomes_a_plan_and_nothing_is_added(
    cast: Cast, browser_of: Any, entries: Any, caplog: Any, how: str
) -> None:
    alice = browser_of(cast.alice)
    given = FILE if how == "pasted" else ""
    form: dict[str, Any] = {"connections": given}
    if how == "chosen":
        form["file"] = SimpleUploadedFile("podman-connections.json", FILE.encode())
    assert alice.send(PAGE, form)["Location"] == PAGE
    page = alice.get(PAGE).content.decode()
    assert "2 hosts in this file" in page
    assert "ssh://root@10.0.0.5:2222/run/podman/podman.sock" in page
    assert "The password in its address is dropped" in page
    assert "prod" in page
    assert "/home/a/.ssh/id" in page
    assert "has no authentication" in page
    assert not Host.objects.exists()
    assert not Group.objects.exists()
    assert entries("host.add") == []
    assert SECRET not in page + json.dumps(kept(alice)) + caplog.text


def test_the_wizard_begins_with_a_host_of_the_plan(cast: Cast, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    alice.send(PAGE, {"connections": FILE})
    answer = alice.get("/hosts/add/?planned=1")
    assert answer.context["form"].initial["address"] == "ssh://deploy@web2"
    page = answer.content.decode()
    assert '<input type="hidden" name="planned" value="1">' in page
    assert PAGE in page
    # a mistake keeps the place
    page = alice.send("/hosts/add/", {"address": "web 2", "planned": "1"}).content.decode()
    assert '<input type="hidden" name="planned" value="1">' in page
    for place in ("2", "-1", "x", "9" * 40, "²"):
        answer = alice.get("/hosts/add/", {"planned": place})
        assert "address" not in answer.context["form"].initial


def test_the_plan_can_be_thrown_away(cast: Cast, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    assert alice.get(PAGE)["Location"] == "/hosts/add/"
    alice.send(PAGE, {"connections": FILE})
    alice.send(PAGE, {"discard": "1"})
    assert plans.KEY not in kept(alice)
    assert alice.get(PAGE)["Location"] == "/hosts/add/"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"connections": ""}, "Paste connections"),
        ({"connections": '{"a":' * 100_000}, "nested too deep"),
        ({"file": SimpleUploadedFile("a.json", b"\xff")}, "no text file"),
        ({"file": SimpleUploadedFile("a.json", b"a" * 600_000)}, "larger than 512 KiB"),
    ],
)
def test_what_is_wrong_stands_beside_the_field(
    cast: Cast, browser_of: Any, form: dict[str, Any], words: str
) -> None:
    alice = browser_of(cast.alice)
    answer = alice.send(PAGE, form)
    assert words in str(answer.context["connections_form"].errors["connections"])
    assert plans.KEY not in kept(alice)


def planned(connection: str, host: str, *groups: str, identity: str = "") -> PlannedHost:
    return PlannedHost(connection, HostAddress(host), groups=groups, identity=identity)


def session_with(*hosts: PlannedHost) -> SessionStore:
    session = SessionStore()
    plans.begin(session, HostPlan(list(hosts)))
    session.save()
    return SessionStore(session.session_key)


def test_a_row_says_as_which_host_it_is_registered(cast: Cast) -> None:
    web1 = make.registered("web1", address="10.0.0.5")
    session = session_with(planned("a", "10.0.0.5"), planned("b", "10.0.0.6"))
    plan = plans.read(session)
    assert [row.host for row in plans.rows(plan, console_person())] == [web1, None]
    cast.bob.role = Role.objects.get(name="member")
    cast.bob.save()
    assert [row.host for row in plans.rows(plan, person_of(cast.bob))] == [None, None]


def test_a_key_serves_the_next_host_with_the_same_file(cast: Cast) -> None:
    session = session_with(
        planned("a", "web1", identity="/k"),
        planned("b", "web2", identity="/k"),
        planned("c", "web3", identity="/other"),
        planned("d", "web4"),
    )
    draft = Draft(planned=0)
    draft.set_key(b"sealed", "ssh-ed25519 AAAA")
    draft.own_key = True
    assert plans.note_added(session, console_person(), draft, make.host("web1"))
    plan = plans.read(session)
    assert plan.key_for(1) == (b"sealed", "ssh-ed25519 AAAA")
    assert [plan.key_for(place) for place in (2, 3, None)] == [None, None, None]
    assert plan.added == {"0": Host.objects.get().pk}
    # one that Haulout made is for one host
    draft = Draft(planned=2)
    draft.set_key(b"made", "ssh-ed25519 BBBB")
    assert plans.note_added(session, console_person(), draft, make.host("web3"))
    assert plans.read(session).key_for(2) is None


def test_the_plan_goes_with_its_last_host(cast: Cast) -> None:
    make.registered("there", address="10.0.0.5")
    session = session_with(planned("a", "10.0.0.5"), planned("b", "web2"))
    assert not plans.note_added(session, console_person(), Draft(), make.host("other"))
    assert plans.KEY in session
    assert not plans.note_added(session, console_person(), Draft(planned=1), make.host("web2"))
    assert plans.KEY not in session


def test_farms_become_groups_that_the_person_may_use(cast: Cast, who_of: Any) -> None:
    Group.objects.create(name="edge")
    host = planned("web1", "web1", "edge", "prod")
    groups = joinable(person_of(cast.alice))
    assert plans.initial_names(host, groups) == {
        "name": "web1",
        "groups": ["edge"],
        "new_groups": "prod",
    }
    assert plans.initial_names(host, None) == {"name": "web1"}
    make.host("WEB1")
    assert "name" not in plans.initial_names(host, None)
    assert "name" not in plans.initial_names(planned("a b", "web1"), None)
