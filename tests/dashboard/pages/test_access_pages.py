"""Pages of teams, roles and grants: create, preview, revoke, and who may."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import Membership, Role, Team, User
from hosts.models import Grant
from tests.cast import Cast
from tests.two_teams import Fleet

pytestmark = pytest.mark.each_database("asks who may do what in SQL")

GIVE = {"role": "operator", "ends": "never", "until": "", "reason": "", "label": "", "names": ""}


def text(answer: Any) -> str:
    """What a reader sees of it, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_from_a_team_to_its_access(fleet: Fleet, cast: Cast, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    alice.send("/access/teams/new/", {"name": "web", "words": "the web people"})
    team = Team.objects.get(name="web")
    where = f"/access/teams/{team.pk}/"
    alice.send(f"{where}in/", {"who": "erin@example.org"})
    assert "Erin" in text(alice.get(where))
    given = {**GIVE, "to": "team:web", "where": "group:prod", "label": "app=shop", "ends": "1d"}
    alice.send("/access/grants/give/", given)
    grant = Grant.objects.get()
    assert (grant.team, grant.group, grant.label) == (team, fleet.prod, "app=shop")
    assert grant.until is not None
    listed = text(alice.get("/access/grants/"))
    assert "group:prod" in listed
    assert "label:app=shop" in listed
    mine = text(browser_of(fleet.erin).get("/access/mine/"))
    assert "by team web" in mine
    assert "group:prod" in mine
    alice.send(f"/access/grants/{grant.pk}/take/")
    assert not Grant.objects.exists()


def test_an_end_is_read_by_the_clock_of_whoever_types_it(
    fleet: Fleet, cast: Cast, browser_of: Any
) -> None:
    alice = browser_of(cast.alice)
    typed = {"ends": "at", "until": "2099-07-01T18:00", "zone": "Europe/Berlin"}
    alice.send("/access/grants/give/", {**GIVE, **typed, "to": "team:shop", "where": "host:web1"})
    grant = Grant.objects.get()
    assert grant.until == datetime(2099, 7, 1, 16, tzinfo=UTC)
    page = alice.get(f"/access/grants/{grant.pk}/").content.decode()
    assert 'data-moment="2099-07-01T16:00:00+00:00"' in page
    assert "In UTC, where it is" in page
    typed |= {"until": "2099-01-01T18:00", "reason": "longer"}
    alice.send(f"/access/grants/{grant.pk}/", typed)
    grant.refresh_from_db()
    assert grant.until == datetime(2099, 1, 1, 17, tzinfo=UTC)


def test_a_zone_that_is_none_is_said(fleet: Fleet, cast: Cast, browser_of: Any) -> None:
    typed = {"to": "team:shop", "where": "host:web1", "zone": "America"}
    answer = browser_of(cast.alice).send("/access/grants/give/", {**GIVE, **typed})
    assert "There is no time zone America here." in text(answer)
    assert not Grant.objects.exists()


def test_ticks_as_they_were_saved_are_said_to_be_so(
    fleet: Fleet, cast: Cast, browser_of: Any
) -> None:
    alice = browser_of(cast.alice)
    role = Role.objects.create(name="looks", verbs=["host.view", "container.view"])
    Grant.objects.create(user=fleet.erin, role=role, host=fleet.web1, made_by="Alice")
    where, given = f"/access/roles/{role.pk}/preview/", {"name": "looks", "words": ""}
    same = text(alice.send(where, {**given, "verbs": ["host.view", "container.view"]}))
    assert "Nothing changed" in same
    fewer = text(alice.send(where, {**given, "verbs": ["host.view"]}))
    assert "Erin loses on web1" in fewer


def test_the_preview_says_what_changes_and_changes_nothing(
    fleet: Fleet,
    cast: Cast,
    browser_of: Any,
) -> None:
    alice = browser_of(cast.alice)
    given = {**GIVE, "to": "erin@example.org", "where": "host:web1", "names": "shop-*"}
    said = text(alice.send("/access/grants/preview/", given))
    assert "2 containers match now" in said
    assert "Erin gains on web1, only for name:shop-*" in said
    assert "Open terminals" in said
    assert not Grant.objects.exists()
    grant = fleet.grant("operator", host=fleet.web1)
    asked = text(alice.get(f"/access/grants/{grant.pk}/take/"))
    assert "Revoke Operator on host:web1 from Erin?" in asked
    assert "loses on web1" in asked
    assert Grant.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "nobody@example.org"}, "to"),
        ({"to": "team:none"}, "to"),
        ({"to": ""}, "to"),
        ({"where": ""}, "where"),
        ({"where": "host:none"}, "where"),
        ({"where": "group:none"}, "where"),
        ({"where": "host:web1/nobody"}, "where"),
        ({"role": "member"}, "role"),
        ({"label": "=x"}, "label"),
        ({"names": "****a*b*c*"}, "names"),
        ({"ends": "at"}, "until"),
        ({"ends": "at", "until": "2020-01-01T00:00"}, "until"),
    ],
)
def test_a_grant_on_nothing_says_what_is_wrong(
    fleet: Fleet,
    cast: Cast,
    browser_of: Any,
    change: dict[str, str],
    field: str,
) -> None:
    given = {**GIVE, "to": "erin@example.org", "where": "everywhere", **change}
    answer = browser_of(cast.alice).send("/access/grants/give/", given)
    assert list(answer.context["form"].errors) == [field]
    assert not Grant.objects.exists()


def test_where_can_be_one_podman_of_a_host(
    fleet: Fleet,
    cast: Cast,
    browser_of: Any,
) -> None:
    given = {**GIVE, "to": "Erin", "where": "host:web1/anna"}
    browser_of(cast.alice).send("/access/grants/give/", given)
    assert Grant.objects.get().endpoint == fleet.anna1


def test_a_role_by_ticks(cast: Cast, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    form = {"name": "looks", "words": "", "verbs": ["container.exec", "container.view"]}
    answer = alice.send("/access/roles/new/", form)
    assert "has no effect without: “See hosts”" in text(answer)
    # what was ticked stays so
    assert re.search(r'value="container.exec"[^>]* checked', answer.content.decode())
    alice.send("/access/roles/new/", {**form, "verbs": ["container.view", "host.view"]})
    role = Role.objects.get(name="looks")
    User.objects.filter(pk=cast.charlie.pk).update(role=role)
    where = f"/access/roles/{role.pk}/"
    said = text(alice.send(f"{where}preview/", {**form, "verbs": ["host.view"]}))
    assert "Charlie loses everywhere See containers" in said
    assert "looks is in use: Charlie." in text(alice.get(f"{where}remove/"))
    alice.send(where, {**form, "verbs": ["host.view"]})
    assert Role.objects.get(name="looks").verb_names() == {"host.view"}
    asked = alice.send(where, {**form, "verbs": ["container.fly"]})
    assert "There is no verb container.fly" in text(asked)


def test_a_built_in_role_is_read_only(cast: Cast, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    admin = Role.objects.get(name="admin")
    page = alice.get(f"/access/roles/{admin.pk}/").content.decode()
    assert 'type="checkbox"' not in page
    assert "Copy role" in page
    alice.send(f"/access/roles/{admin.pk}/", {"name": "x", "words": "", "verbs": ["host.view"]})
    assert "people.manage" in Role.objects.get(pk=admin.pk).verb_names()


def test_an_owner_sees_their_team_and_lets_people_in(
    fleet: Fleet,
    cast: Cast,
    browser_of: Any,
) -> None:
    Membership.objects.create(team=fleet.team, user=fleet.erin, owner=True)
    erin, where = browser_of(fleet.erin), f"/access/teams/{fleet.team.pk}/"
    assert "Add a person" in text(erin.get(where))
    assert "Add Bob to shop?" in text(erin.get(f"{where}in/?who=bob@example.org"))
    erin.send(f"{where}in/", {"who": "bob@example.org"})
    assert fleet.team.memberships.count() == 2
    bob = browser_of(cast.bob)
    assert "Add a person" not in text(bob.get(where))
    assert bob.send(f"{where}in/", {"who": "charlie@example.org"}).status_code == 403
    assert erin.send(where, {"name": "mine", "words": ""}).status_code == 403
    assert erin.send(f"{where}remove/").status_code == 403
    other = Team.objects.create(name="other")
    for unseen in (other.pk, 10**6):
        assert erin.get(f"/access/teams/{unseen}/").status_code == 403


def test_an_auditor_reads_all_and_changes_nothing(
    fleet: Fleet,
    cast: Cast,
    browser_of: Any,
) -> None:
    User.objects.filter(pk=cast.charlie.pk).update(role=Role.objects.get(name="auditor"))
    grant = fleet.grant("viewer", team=fleet.team)
    auditor = browser_of(User.objects.get(pk=cast.charlie.pk))
    pages = (
        "people/",
        f"people/{cast.bob.pk}/",
        "access/teams/",
        "access/roles/",
        "access/grants/",
    )
    for page in (*pages, f"access/grants/{grant.pk}/", f"access/teams/{fleet.team.pk}/"):
        answer = auditor.get(f"/{page}")
        assert answer.status_code == 200, page
        assert 'method="post"' not in re.sub(
            r'<form[^>]*action="/(account|views)[^>]*>', "", answer.content.decode()
        ), page
    for path in ("teams/new/", "roles/new/", "grants/give/"):
        assert auditor.get(f"/access/{path}").status_code == 403
    assert auditor.send(f"/access/grants/{grant.pk}/take/").status_code == 403
    assert Grant.objects.count() == 1


def test_a_name_that_is_markup_stays_text(
    fleet: Fleet,
    cast: Cast,
    browser_of: Any,
) -> None:
    odd = "<img src=x onerror=alert(1)>"
    User.objects.filter(pk=fleet.erin.pk).update(name=odd)
    Membership.objects.create(team=fleet.team, user=fleet.erin)
    grant = fleet.grant("viewer", names=odd, reason=odd)
    alice = browser_of(cast.alice)
    for path in (
        f"teams/{fleet.team.pk}/",
        f"teams/{fleet.team.pk}/out/{fleet.erin.pk}/",
        "grants/",
        f"grants/{grant.pk}/",
        f"grants/{grant.pk}/take/",
        "grants/give/",
        "grants/names/?to=%3Cimg",
    ):
        assert "<img src=x" not in alice.get(f"/access/{path}").content.decode(), path


def test_filters(fleet: Fleet, cast: Cast, browser_of: Any) -> None:
    Membership.objects.create(team=fleet.team, user=fleet.erin)
    fleet.grant("viewer", team=fleet.team, group=fleet.prod, reason="by-team")
    fleet.grant("operator", host=fleet.web2, label="app=shop", reason="by-host")
    fleet.grant("viewer", user=cast.bob, reason="by-all")
    alice = browser_of(cast.alice)
    for line, found in (
        ("person:erin@example.org", {"by-team", "by-host"}),
        ("person:Erin team:shop", {"by-team"}),
        ("team:shop", {"by-team"}),
        ("role:viewer", {"by-team", "by-all"}),
        ("group:prod", {"by-team"}),
        ("host:web1", {"by-team", "by-all"}),
        ("host:web2", {"by-host", "by-all"}),
        ("narrowed:yes", {"by-host"}),
        ("narrowed:no", {"by-team", "by-all"}),
        ("until:never", {"by-team", "by-host", "by-all"}),
        ("until:set", set()),
        ("bob", {"by-all"}),
    ):
        page = alice.get("/access/grants/", {"q": line}).content.decode()
        shown = {name for name in ("by-team", "by-host", "by-all") if name in page}
        assert shown == found, line
    people = alice.get("/people/", {"q": "team:shop"}).content.decode()
    assert "erin@example.org" in people
    assert "bob@example.org" not in people
    assert "shop" in text(alice.get("/access/teams/", {"q": "person:erin@example.org"}))


def test_an_empty_list_of_teams_leads_on(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.alice).get("/access/teams/").content.decode()
    empty = page.partition("No teams yet")[2].partition("</div>")[0]
    assert "/access/teams/new/" in empty
    cast.charlie.role = Role.objects.get(name="auditor")
    cast.charlie.save()
    page = browser_of(cast.charlie).get("/access/teams/").content.decode()
    assert "No teams yet" in page
    assert "/access/teams/new/" not in page
