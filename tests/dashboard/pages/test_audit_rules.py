"""The log filtered by a guardrail: refusals, approvals and warnings under its name at that time."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Role
from audit import write
from audit.queries import search
from audit.shapes import Target
from dashboard.furniture.log.search import read
from hosts.models import Grant, Group
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.hosts.guardrails.conftest import rail

__all__ = ["hosts", "rail"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database("reads the audit log by its fields, texts and dates"),
]
SHOP = Target(kind="container", id="ab" * 32, name="No shells", host_id=7, host_name="web1")


def numbers(line: str) -> list[int]:
    asked = read(line)
    assert not asked.troubles
    return [one.entry.number for one in search(asked.filters, visible=None).lines]


@pytest.fixture
def met(cast: Cast, who_of: Any) -> dict[str, int]:
    bob = who_of(cast.bob)
    with transaction.atomic():
        made = {
            "refused": write.refusal(
                bob,
                "container.run",
                SHOP,
                reason="guardrail No shells (refuse): Entrypoint; guardrail Other (refuse): Env",
            ),
            "warned": write.intent(
                bob, "container.exec", SHOP, params={"warned": ["Other", "No shells"]}
            ),
            "asked": write.intent(bob, "container.run", SHOP, params={"approval": ["No shells"]}),
            "approved": write.event(
                who_of(cast.alice), "guardrail.approve", SHOP, params={"rules": ["No shells"]}
            ),
        }
        # named so, but another rule's
        write.intent(bob, "container.run", SHOP, params={"warned": ["Other"], "name": "No shells"})
        write.refusal(bob, "container.run", SHOP, reason="guardrail No shells at all (refuse): x")
        late = made["late"] = write.intent(bob, "container.upgrade", SHOP)
        write.outcome(late, "denied", detail="The guardrail “No shells” refuses it (Env): x")
        write.outcome(made["asked"], "ok")
    return made


def test_a_rule_finds_what_it_met(met: dict[str, int]) -> None:
    ways = ("late", "approved", "asked", "warned", "refused")
    assert numbers('rule:"No shells"') == [met[way] for way in ways]
    assert numbers('rule:"No shells" person:Alice') == [met["approved"]]
    assert numbers('rule:"No shells" result:denied') == [met["late"], met["refused"]]
    assert numbers('rule:"No shells" result:ok') == [met["asked"]]
    assert numbers("rule:shells") == []
    assert numbers("rule:Other")[-1] == met["refused"]


def test_a_name_is_no_pattern(cast: Cast, who_of: Any) -> None:
    names = ['a"b\\c', "a.c*", "100 % [x]_", "für München"]
    with transaction.atomic():
        made = [
            write.intent(who_of(cast.bob), "container.run", SHOP, params={"warned": [name]})
            for name in names
        ]
    assert numbers("rule:a.c*") == [made[1]]
    assert numbers("rule:abc*") == []
    assert numbers('rule:"100 % [x]_"') == [made[2]]
    assert numbers('rule:"für München"') == [made[3]]


def test_what_the_road_writes_is_found_and_linked(
    cast: Cast, hosts: Hosts, rail: Callable[..., Any], browser_of: Any
) -> None:
    row = rail("privileged")
    bob = browser_of(cast.bob)
    given = {"image": "quay.io/x/y:1", "endpoint": hosts.web1.pk, "restart": "no"}
    bob.send("/containers/run/", {**given, "privileged": "on"}, HTTP_HX_REQUEST="true")
    alice = browser_of(cast.alice)
    page = alice.get(f"/guardrails/{row.pk}/").content.decode()
    assert 'href="/audit/?q=rule:%22privileged%201%22"' in page
    found = alice.get("/audit/", {"q": 'rule:"privileged 1"'}).content.decode()
    assert "was refused: Run" in found
    assert "Nothing matches" in alice.get("/audit/", {"q": "rule:privileged"}).content.decode()


def test_every_rule_that_stops_it_is_named(
    cast: Cast, hosts: Hosts, rail: Callable[..., Any], browser_of: Any, entries: Any
) -> None:
    rows = [rail("privileged"), rail("images", allow=["docker.io/library/nginx"])]
    given = {"image": "quay.io/x/y:1", "endpoint": hosts.web1.pk, "restart": "no"}
    bob = browser_of(cast.bob)
    bob.send("/containers/run/", {**given, "privileged": "on"}, HTTP_HX_REQUEST="true")
    [entry] = entries("container.run")
    page = browser_of(cast.alice).get(f"/audit/{entry.pk}/").content.decode()
    assert "The right was there, but guardrails refused it." in page
    assert "Missing right" not in page
    assert all(f'href="/guardrails/{row.pk}/"' in page for row in rows)
    assert "q=object%3A" in page
    assert "guardrail privileged 1 (refuse)" in entry.detail
    assert "guardrail images 2 (refuse)" in entry.detail


def test_only_rules_that_one_sees_complete(
    cast: Cast, hosts: Hosts, rail: Callable[..., Any], browser_of: Any
) -> None:
    away = Group.objects.create(name="away")
    rail("mounts", away)
    rail("privileged")
    alice = browser_of(cast.alice)

    def offered(browser: Any, typed: str) -> list[str]:
        answer = browser.get("/audit/", {"suggest": typed})
        return [one["insert"] for one in answer.json()["suggestions"]]

    assert offered(alice, 'rule:"m') == ['rule:"mounts 1"']
    assert offered(alice, "rule:") == ['rule:"mounts 1"', 'rule:"privileged 2"']
    assert offered(alice, "host:web") == ["host:web1", "host:web2"]
    assert offered(alice, "person:b") == ["person:Bob"]
    assert offered(alice, "ru") == ["rule:"]
    # an auditor of one host
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    auditor = Role.objects.get(name="auditor")
    Grant.objects.create(user=cast.charlie, role=auditor, host=hosts.web1.host, made_by="Alice")
    charlie = browser_of(cast.charlie)
    assert offered(charlie, "rule:") == ['rule:"privileged 2"']
    assert offered(charlie, "host:") == ["host:web1"]
    assert offered(charlie, "person:") == ["person:Charlie"]
