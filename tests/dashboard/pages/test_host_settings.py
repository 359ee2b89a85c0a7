"""A host's settings: changes, audit entries, rights."""

from typing import Any

import pytest

from accounts.models import Role
from hosts.models import Endpoint, Group, Host, Job
from tests import make
from tests.cast import Cast
from tests.make import FINGERPRINT
from tests.two_teams import Fleet

pytestmark = pytest.mark.each_database("writes rows that are unique, in a group or at a time")


@pytest.fixture
def host(cast: Cast) -> Any:
    return make.registered()


def given(**changes: Any) -> dict[str, Any]:
    fields = {"name": "web1", "address": "192.0.2.1", "port": "22", "notes": "", "new_groups": ""}
    return {**fields, **changes}


def test_names_groups_and_address(host: Any, cast: Cast, browser_of: Any, entries: Any) -> None:
    browser = browser_of(cast.alice)
    browser.send(
        f"/hosts/{host.pk}/edit/", given(name="shop", new_groups="prod, edge", address="192.0.2.2")
    )
    host.refresh_from_db()
    assert (host.name, host.address, host.fingerprint) == ("shop", "192.0.2.2", FINGERPRINT)
    assert [group.name for group in host.groups.all()] == ["edge", "prod"]
    [entry] = entries("host.edit")
    assert entry.params["changes"] == {
        "name": ["web1", "shop"],
        "address": ["192.0.2.1", "192.0.2.2"],
        "groups": [[], ["edge", "prod"]],
    }


def test_groups_are_offered_to_who_may_choose_them(
    host: Any, cast: Cast, browser_of: Any, entries: Any
) -> None:
    host.groups.add(Group.objects.create(name="prod"))
    verbs = ["host.view", "host.edit"]
    cast.charlie.role = Role.objects.create(name="names", verbs=verbs)
    cast.charlie.save()
    charlie = browser_of(cast.charlie)
    page = charlie.get(f"/hosts/{host.pk}/edit/").content.decode()
    assert "Whoever may edit groups chooses them" in page
    assert 'name="groups"' not in page
    charlie.send(f"/hosts/{host.pk}/edit/", given(name="shop", groups=[]))
    host.refresh_from_db()
    assert host.name == "shop"
    assert [group.name for group in host.groups.all()] == ["prod"]
    assert 'name="groups"' in browser_of(cast.alice).get(f"/hosts/{host.pk}/edit/").content.decode()


def test_nothing_changed_writes_nothing(
    host: Any, cast: Cast, browser_of: Any, entries: Any
) -> None:
    browser_of(cast.alice).send(f"/hosts/{host.pk}/edit/", given())
    assert entries("host.edit") == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "two words"}, "name"),
        ({"name": "WEB2"}, "name"),
        ({"address": "tcp://10.0.0.7"}, "address"),
        ({"port": "70000"}, "port"),
        ({"new_groups": "prod*"}, "new_groups"),
    ],
)
def test_each_mistake_stands_beside_its_field(
    host: Any, cast: Cast, browser_of: Any, changes: dict[str, str], field: str
) -> None:
    make.registered("web2", fingerprint="SHA256:other")
    answer = browser_of(cast.alice).send(f"/hosts/{host.pk}/edit/", given(**changes))
    assert list(answer.context["form"].errors) == [field]
    host.refresh_from_db()
    assert host.name == "web1"


def test_disable_and_enable(host: Any, cast: Cast, browser_of: Any) -> None:
    browser = browser_of(cast.alice)
    browser.send(f"/hosts/{host.pk}/disable/")
    host.refresh_from_db()
    assert (host.enabled, host.endpoints.get().state) == (False, "disabled")
    browser.send(f"/hosts/{host.pk}/enable/")
    host.refresh_from_db()
    assert (host.enabled, host.endpoints.get().state) == (True, "connecting")


def test_removal_names_what_goes_and_asks_once(
    host: Any, cast: Cast, browser_of: Any, entries: Any
) -> None:
    endpoint = host.endpoints.get()
    for number in range(2):
        make.image(endpoint, f"i{number}", podman_id=f"{number:064}")
    browser = browser_of(cast.alice)
    assert "2 images" in browser.get(f"/hosts/{host.pk}/remove/").content.decode()
    browser.send(f"/hosts/{host.pk}/remove/")
    assert not Host.objects.exists()
    assert entries("host.remove")[0].target_name == "web1"


def test_a_host_with_running_jobs_stays(host: Any, cast: Cast, browser_of: Any) -> None:
    Job.objects.create(
        endpoint=host.endpoints.get(), verb="container.restart", state="running", intent=1
    )
    browser = browser_of(cast.alice)
    answer = browser.send(f"/hosts/{host.pk}/remove/", follow=False)
    assert answer.status_code == 302
    assert Host.objects.exists()


def test_taking_a_socket_out_asks_first(fleet: Fleet, cast: Cast, browser_of: Any) -> None:
    fleet.grant(endpoint=fleet.anna1)
    browser = browser_of(cast.alice)
    where = f"/hosts/endpoints/{fleet.anna1.pk}/remove/"
    asked = browser.get(where).content.decode()
    assert "2 containers" in asked
    assert "1 grant there" in asked
    assert Endpoint.objects.filter(pk=fleet.anna1.pk).exists()
    browser.send(where)
    assert not Endpoint.objects.filter(pk=fleet.anna1.pk).exists()
    assert browser_of(cast.bob).get(f"/hosts/endpoints/{fleet.root1.pk}/remove/").status_code == 403


def test_the_last_socket_stays(host: Any, cast: Cast, browser_of: Any) -> None:
    browser = browser_of(cast.alice)
    where = f"/hosts/endpoints/{host.endpoints.get().pk}/remove/"
    asked = browser.get(where).content.decode()
    assert "remove the host instead" in asked
    assert "btn-danger" not in asked
    browser.send(where)
    assert host.endpoints.count() == 1


def test_a_host_key_nobody_was_shown_is_not_accepted(
    host: Any, cast: Cast, browser_of: Any
) -> None:
    browser = browser_of(cast.alice)
    browser.send(f"/hosts/{host.pk}/host-key/", {"shown": "SHA256:forged"})
    host.refresh_from_db()
    assert host.fingerprint == FINGERPRINT


CHANGES = ["edit", "disable", "enable", "remove", "host-key", "logins/add"]


@pytest.mark.parametrize("change", CHANGES)
def test_only_administrators_change_hosts(
    host: Any, cast: Cast, browser_of: Any, entries: Any, change: str
) -> None:
    browser = browser_of(cast.bob)
    assert browser.send(f"/hosts/{host.pk}/{change}/", given(name="mine")).status_code == 403
    host.refresh_from_db()
    assert (host.name, host.enabled) == ("web1", True)
    verb = "host.remove" if change == "remove" else "host.edit"
    assert [entry.kind for entry in entries(verb)] == ["refusal"]


def test_operators_see_the_doctor_and_viewers_do_not(
    host: Any, cast: Cast, browser_of: Any
) -> None:
    assert browser_of(cast.bob).get(f"/hosts/{host.pk}/doctor/").status_code == 200
    assert browser_of(cast.charlie).get(f"/hosts/{host.pk}/doctor/").status_code == 403
    assert browser_of(cast.bob).get("/hosts/4711/doctor/").status_code == 404


def test_a_way_that_is_not_offered_is_not_saved(
    host: Any, cast: Cast, browser_of: Any, entries: Any
) -> None:
    login = host.logins.get()
    browser = browser_of(cast.alice)
    for given_via in ("999999", "nonsense", str(login.pk)):
        answer = browser.send(
            f"/hosts/logins/{login.pk}/jump/",
            {"via": given_via, "next": f"/hosts/{host.pk}/edit/"},
            follow=True,
        )
        said = [str(message) for message in answer.context["messages"]]
        assert said == [f"{login} keeps its connection: choose one of the jump hosts offered."]
    login.refresh_from_db()
    assert login.via_id is None
    assert not list(entries("host.jump"))
