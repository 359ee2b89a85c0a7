"""A rule's page: how often it applied, and which objects would break it now."""

from typing import Any

import pytest

from accounts.models import Role
from hosts.guardrails import hits
from hosts.guardrails.existing import HOW
from hosts.guardrails.kinds import KINDS
from hosts.guardrails.verdict import Finding, Severity
from hosts.models import Grant, Group, Guardrail
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.hosts.guardrails.conftest import rail

__all__ = ["hosts", "rail"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database("looks into JSON: labels, results and parameters"),
]
LIST = "/guardrails/"
FORM = {"name": "A rule", "severity": "refuse", "enabled": "on"}


@pytest.fixture
def shop(hosts: Hosts) -> Any:
    """A container that most rules on images would rule out."""
    return hosts.add(hosts.web1, "container", "shop", image="docker.io/x/y:1")


def note(row: Any, severity: Severity, count: int) -> None:
    for _number in range(count):
        hits.record_hits([Finding(row.name, row.pk, severity, "image", "words")])


def test_the_list_and_the_page_say_how_often(cast: Cast, browser_of: Any, rail: Any) -> None:
    row, quiet = rail("images", severity="warn", refuse=["docker.io"]), rail("privileged")
    note(row, Severity.REFUSE, 3)
    note(row, Severity.ASK, 1)
    note(row, Severity.WARN, 12)
    for person in (cast.alice, cast.charlie):
        browser = browser_of(person)
        whole = browser.get(LIST).content.decode()
        page = browser.get(f"{LIST}{row.pk}/").content.decode()
        for words in ("refused 3 times", "asked once", "warned 12 times"):
            assert words in whole
            assert words in page
        assert whole.count("not triggered in 30 days") == 1
        assert "then set it to refuse" in page
        calm = browser.get(f"{LIST}{quiet.pk}/").content.decode()
        assert "In that time nobody tried" in calm


def test_who_may_not_read_the_log_gets_no_link_to_it(
    cast: Cast, browser_of: Any, rail: Any
) -> None:
    row = rail("privileged")
    note(row, Severity.REFUSE, 1)
    assert "?q=rule:" in browser_of(cast.alice).get(f"{LIST}{row.pk}/").content.decode()
    assert "?q=rule:" not in browser_of(cast.charlie).get(f"{LIST}{row.pk}/").content.decode()


def test_the_form_says_what_the_rule_would_meet_before_it_is_saved(
    cast: Cast, browser_of: Any, shop: Any
) -> None:
    alice = browser_of(cast.alice)
    path = f"{LIST}new/images/there/"
    said = alice.send(path, {**FORM, "set_refuse": "docker.io/x/*"}).content.decode()
    assert "1 of 1 existing container" in said
    assert f'href="/containers/{shop.endpoint_id}/{shop.podman_id}/"' in said
    assert "docker.io/x/y:1" in said
    fine = alice.send(path, {**FORM, "set_refuse": "quay.io"}).content.decode()
    assert "0 of 1 existing container breaks it" in fine
    for unfinished in ({**FORM, "name": ""}, {**FORM, "set_refuse": "nginx"}):
        answer = alice.send(path, unfinished)
        assert answer.status_code == 200
        assert "Shown here once" in answer.content.decode()
    assert not Guardrail.objects.exists()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_says_what_it_can(
    cast: Cast, browser_of: Any, shop: Any, rail: Any, kind: str
) -> None:
    alice = browser_of(cast.alice)
    said = alice.send(f"{LIST}new/{kind}/there/", FORM).content.decode()
    there = alice.get(f"{LIST}{rail(kind).pk}/there/").content.decode()
    for text in (said, there):
        assert ("cannot be checked" in text) == (kind not in HOW)
        assert ("a rule is checked when something is created" in text) == (kind in HOW)


def test_whoever_reads_a_rule_sees_it_of_what_they_see(
    cast: Cast, browser_of: Any, hosts: Hosts, shop: Any, rail: Any
) -> None:
    row = rail("images", refuse=["docker.io"])
    charlie = browser_of(cast.charlie)
    assert "1 of 1 existing container" in charlie.get(f"{LIST}{row.pk}/there/").content.decode()
    assert charlie.send(f"{LIST}new/images/there/", FORM).status_code == 403
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    Grant.objects.create(
        user=cast.charlie,
        role=Role.objects.get(name="viewer"),
        endpoint=hosts.web2,
        made_by="Alice",
    )
    said = charlie.get(f"{LIST}{row.pk}/there/").content.decode()
    assert "There are no containers." in said
    assert "shop" not in said
    elsewhere = rail("images", Group.objects.create(name="elsewhere"), refuse=["docker.io"])
    assert charlie.get(f"{LIST}{elsewhere.pk}/there/").status_code == 404


def test_what_is_no_kind_is_not_there(cast: Cast, browser_of: Any, rail: Any) -> None:
    alice = browser_of(cast.alice)
    assert alice.send(f"{LIST}new/nothing/there/", FORM).status_code == 404
    assert alice.get(f"{LIST}999/there/").status_code == 404
    later = rail("from_the_future")
    assert "cannot be checked" in alice.get(f"{LIST}{later.pk}/there/").content.decode()
