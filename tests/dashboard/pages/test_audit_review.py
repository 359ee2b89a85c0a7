"""A review of the log: who gave a right, who used it, what was refused, what was read."""

import csv
import io
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Team
from audit import write
from audit.models import Entry
from audit.queries import search
from audit.shapes import Target
from dashboard.furniture.log.search import read
from hosts.models import Grant
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.two_teams import Fleet, fleet

__all__ = ["fleet", "hosts"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database("reads the audit log by its fields, texts and dates"),
]


def told(line: str) -> list[tuple[str, str]]:
    asked = read(line)
    assert not asked.troubles
    found = search(asked.filters, visible=None).lines
    return [(one.entry.verb, one.entry.target_name) for one in found]


@pytest.fixture
def year(cast: Cast, hosts: Hosts, browser_of: Any, who_of: Any) -> Any:
    """Alice gives Charlie and the team shop something; Charlie looks and is refused. The container."""
    alice = browser_of(cast.alice)
    give = {"where": "group:prod", "ends": "never", "zone": "UTC", "reason": "covers for Tom"}
    charlies, shops = {"to": "charlie@example.org"}, {"to": "team:shop"}
    alice.send("/access/teams/new/", {"name": "shop"})
    for who in (charlies, shops):
        assert (
            alice.send("/access/grants/give/", {**give, **who, "role": "viewer"}).status_code == 302
        )

    team = Team.objects.get()
    alice.send(f"/access/teams/{team.pk}/in/", {"who": "charlie@example.org"})
    alice.send(f"/access/teams/{team.pk}/in/", {"who": "bob@example.org"})
    row = hosts.add(hosts.web1, "container", "shop-web", state="running")
    there = Target("container", row.podman_id, row.name, hosts.web1.host_id, "web1", hosts.web1.pk)
    charlie = who_of(cast.charlie)
    with transaction.atomic():
        write.event(charlie, "signin.ok", Target("user", cast.charlie.pk, "Charlie"))
        write.event(charlie, "container.environment", there)
        write.event(charlie, "container.logs", there)
        write.refusal(charlie, "container.exec", there, reason="no role gives it")
        write.outcome(write.intent(charlie, "container.exec", there, grant="grant 1: x"), "ok")
    return row


def test_who_gave_it(year: Any) -> None:
    assert told("about:Charlie") == [
        ("access.team", "shop"),
        ("access.grant", "viewer to Charlie"),
    ]
    shops = told("about:shop")
    assert ("access.grant", "viewer to shop") in shops
    assert ("access.grant", "viewer to Charlie") not in shops
    assert told("about:Charlie person:Bob") == []


def test_what_was_seen_and_refused(year: Any) -> None:
    seen = [verb for verb, _name in told("person:Charlie what:seen")]
    assert seen == ["container.exec", "container.logs", "container.environment"]
    assert told("person:Charlie result:denied") == [("container.exec", "shop-web")]
    assert told("person:Charlie what:seen result:ok") == [("container.exec", "shop-web")]
    assert {verb for verb, _name in told("what:access")} == {"access.grant", "access.team"}
    assert {verb for verb, _name in told("what:signin")} == {"signin.ok"}
    assert told("what:access about:Charlie") == told("about:Charlie")
    assert "seen, access, signin" in read("what:nothing").troubles[0]


def test_the_list_leads_to_it(cast: Cast, year: Any, browser_of: Any) -> None:
    page = browser_of(cast.alice).get("/audit/").content.decode()
    assert "gave access:" in page
    assert "group prod" in page
    for line in ("result%3Adenied", "what%3Aseen", "what%3Aaccess"):
        assert f'href="/audit/?q={line}"' in page


def test_an_entry_leads_to_people_objects_and_grants(
    cast: Cast, year: Any, browser_of: Any
) -> None:
    alice = browser_of(cast.alice)
    grant = Grant.objects.get(user=cast.charlie)
    number = Entry.objects.get(target_name="viewer to Charlie").pk
    page = alice.get(f"/audit/{number}/").content.decode()
    assert f'href="/access/grants/{grant.pk}/"' in page
    assert f'href="/people/{cast.alice.pk}/"' in page
    assert 'href="/audit/?q=about%3ACharlie"' in page
    done = Entry.objects.get(verb="container.exec", kind="intent")
    page = alice.get(f"/audit/{done.pk}/").content.decode()
    assert f'href="/containers/{year.endpoint_id}/{year.podman_id}/"' in page
    assert 'href="/audit/?q=person%3ACharlie"' in page
    grant.delete()
    year.delete()
    page = alice.get(f"/audit/{done.pk}/").content.decode()
    assert "/access/grants/1/" not in page
    assert f'href="/containers/{year.endpoint_id}' not in page


def test_pages_of_people_teams_and_grants_lead_to_the_log(
    cast: Cast, year: Any, browser_of: Any
) -> None:
    alice = browser_of(cast.alice)
    page = alice.get(f"/people/{cast.charlie.pk}/").content.decode()
    assert 'href="/audit/?q=person:%22Charlie%22%20what:seen"' in page
    grant, team = Grant.objects.get(user=cast.charlie), Team.objects.get()
    for path, name in (
        (f"/access/grants/{grant.pk}/", "Charlie"),
        (f"/access/teams/{team.pk}/", "shop"),
    ):
        assert f'href="/audit/?q=about:%22{name}%22"' in alice.get(path).content.decode()
    # whoever reads no log is not led there: bob is in the team
    cast.bob.role = cast.charlie.role
    cast.bob.save()
    assert (
        "/audit/?q=" not in browser_of(cast.bob).get(f"/access/teams/{team.pk}/").content.decode()
    )


def test_a_copy_as_csv_is_what_the_filter_finds(
    cast: Cast, year: Any, browser_of: Any, entries: Any
) -> None:
    alice = browser_of(cast.alice)
    answer = alice.send("/audit/export/", {"q": "person:Charlie what:seen"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="haulout-audit-')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["verb"] for row in rows] == [
        *("container.exec", "container.logs", "container.environment"),
    ]
    [entry] = entries("audit.export")
    assert entry.params["filters"] == {"q": "person:Charlie what:seen"}
    assert alice.get("/audit/export/").status_code == 405
    assert browser_of(cast.charlie).send("/audit/export/").status_code == 403
    wrong = alice.send("/audit/export/", {"q": "colour:red"}, follow=True)
    assert "There is no filter “colour:” here" in wrong.content.decode()
    assert len(entries("audit.export")) == 1


def test_what_one_does_not_see_is_no_link(fleet: Fleet, browser_of: Any, who_of: Any) -> None:
    """An auditor of one host is led to no person, and to nothing that is elsewhere."""
    fleet.grant("auditor", host=fleet.web1)
    host = fleet.web1
    with transaction.atomic():
        one = write.event(
            who_of(fleet.erin),
            "access.grant",
            Target("grant", "1", "viewer to Erin", host.pk, host.name),
        )
    answer = browser_of(fleet.erin).get(f"/audit/{one}/")
    assert answer.status_code == 200
    assert "/people/" not in answer.content.decode()
    assert "/access/grants/1/" not in answer.content.decode()
