"""The wizard's first steps without a network: input, order, rights."""

from typing import Any

import pytest

from accounts.models import Role
from dashboard.pages.hosts.forms import NamesForm
from hosts.access import Person
from hosts.actions.hosts.group_moves import joinable
from hosts.actions.hosts.host_address import HostAddress, parse_address
from hosts.models import Grant, Group, Host
from tests.cast import Cast


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("tcp://10.0.0.7:2375", "has no authentication"),
        ("http://web1", "has no authentication"),
        ("unix:///run/podman/podman.sock", "This machine"),
        ("/run/podman/podman.sock", "This machine"),
        ("ssh://root:secret@web1", "Leave the password out"),
        ("rsync://web1", "does not support rsync://"),
        ("web 1", "not a host name"),
        ("web1:ssh", "not a port number"),
        ("-oProxyCommand=id", "not a host name"),
        ("", "required"),
    ],
)
def test_addresses_that_are_refused_with_the_reason(
    cast: Cast, browser_of: Any, typed: str, words: str
) -> None:
    answer = browser_of(cast.alice).send("/hosts/add/", {"address": typed})
    assert answer.status_code == 200
    assert words in answer.context["form"].errors.as_text()
    assert not Host.objects.exists()


@pytest.mark.parametrize(
    ("typed", "address", "port", "user", "socket"),
    [
        ("web1", "web1", None, "", ""),
        ("root@web1:2222", "web1", 2222, "root", ""),
        ("[2001:db8::1]:2222", "2001:db8::1", 2222, "", ""),
        ("2001:db8::1", "2001:db8::1", None, "", ""),
        ("ssh://deploy@10.0.0.7", "10.0.0.7", None, "deploy", ""),
        (
            "ssh://deploy@web1:22/run/user/1000/podman/podman.sock",
            "web1",
            22,
            "deploy",
            "/run/user/1000/podman/podman.sock",
        ),
    ],
)
def test_addresses_that_are_understood(
    typed: str, address: str, port: int | None, user: str, socket: str
) -> None:
    assert parse_address(typed) == HostAddress(address, port, user, socket)


@pytest.mark.parametrize("step", ["fingerprint", "key", "check"])
def test_no_step_comes_before_its_time(cast: Cast, browser_of: Any, step: str) -> None:
    answer = browser_of(cast.alice).get(f"/hosts/add/{step}/")
    assert answer["Location"] == "/hosts/add/"


@pytest.mark.parametrize(
    "path", ["", "local/", "fingerprint/", "key/", "key/own/", "key/install/", "register/"]
)
def test_only_administrators_add_hosts(
    cast: Cast, browser_of: Any, entries: Any, path: str
) -> None:
    assert browser_of(cast.bob).send(f"/hosts/add/{path}").status_code == 403
    assert [entry.kind for entry in entries("host.add")] == ["refusal"]


def test_this_machine_is_offered_with_its_obstacle(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.alice).get("/hosts/add/").content.decode()
    assert "This machine" in page


def test_no_group_is_offered_that_would_be_refused_at_the_end(cast: Cast, who_of: Any) -> None:
    Group.objects.create(name="edge")
    prod = Group.objects.create(name="prod")
    admin = Role.objects.get(name="admin")
    Grant.objects.create(user=cast.charlie, role=admin, group=prod, made_by="Alice")

    def offered(verbs: list[str]) -> list[str] | None:
        cast.bob.role = Role.objects.create(name=f"r{len(verbs)}", verbs=verbs)
        cast.bob.save()
        groups = joinable(Person(cast.bob, who_of(cast.bob)))
        form = NamesForm({"name": "web9", "new_groups": "mine"}, groups=groups)
        assert form.is_valid(), form.errors
        assert form.group_names() == ([] if groups is None else ["mine"])
        return None if groups is None else [group.name for group in groups]

    assert offered(["host.view", "host.add"]) is None
    assert offered(["host.view", "host.add", "group.edit"]) == ["edge"]
    cast.bob.role = admin
    groups = joinable(Person(cast.bob, who_of(cast.bob)))
    assert groups is not None
    assert {group.name for group in groups} == {"edge", "prod"}
