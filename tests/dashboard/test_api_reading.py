"""The REST door, reading: who gets in, what they see, what nobody learns."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import token_actions
from accounts.models import Role, User
from audit.models import Entry
from audit.shapes import Who
from dashboard.api import bearer
from hosts.access import limits
from hosts.models import Job
from tests import make
from tests.cast import Cast
from tests.dashboard.api_cast import Caller, make_caller
from tests.hosts.podman.scripted_podman import scripted_podman
from tests.two_teams import Fleet

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")

PROBLEM = "application/problem+json"


@pytest.fixture(autouse=True)
def _fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in this process alone, from nothing."""
    monkeypatch.setattr(limits, "_rests_until", float("inf"))
    limits._here.clear()


def test_only_a_live_token_gets_in(cast: Cast, browser_of: Any) -> None:
    live = make_caller(cast.bob)
    assert live.get("/me").status_code == 200
    assert live.get("/me").json()["token"]["name"] == "script"
    revoked, expired = make_caller(cast.bob, "revoked"), make_caller(cast.bob, "expired")
    token_actions.revoke(cast.bob, Who(name="Bob"), token=revoked.token)
    type(expired.token).objects.filter(pk=expired.token.pk).update(expires_at=timezone.now())
    disabled = make_caller(cast.charlie, "disabled")
    User.objects.filter(pk=cast.charlie.pk).update(is_active=False)
    unknown = Caller("haulout_" + "a" * 46)
    answers = [one.get("/me") for one in (revoked, expired, disabled, unknown, Caller("é"))]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["Content-Type"] == PROBLEM
    assert "Bearer" in answers[0]["WWW-Authenticate"]
    # a session is no token, and a token in the address is none either
    assert browser_of(cast.alice).get("/api/v1/me").status_code == 401
    naked = Caller("")
    naked.headers = {}
    assert naked.get(f"/me?token={live.secret}&access_token={live.secret}").status_code == 401
    basic = {"HTTP_AUTHORIZATION": f"Basic {live.secret}"}
    assert live.get("/me", **basic).status_code == 401


def test_guessing_ends_in_429(cast: Cast) -> None:
    for _guess in range(limits.GUESSES):
        assert Caller("haulout_guess").get("/me").status_code == 401
    answer = Caller("haulout_guess").get("/me")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1


def test_a_token_in_a_hurry_is_slowed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_WINDOW", 3)
    monkeypatch.setattr(limits, "WINDOW_S", 10**9)
    bob = make_caller(cast.bob)
    assert [bob.get("/me").status_code for _try in range(5)] == [200, 200, 200, 429, 429]
    assert make_caller(cast.bob, "other").get("/me").status_code == 200


def test_a_service_account_needs_no_second_factor(fleet: Fleet, cast: Cast) -> None:
    """It has none to show, whatever its role asks of people: nobody signs in as one."""
    role = Role.objects.get(name="viewer")
    service = User.objects.create(
        email="ci@service.invalid", name="ci", role=role, kind=User.Kind.SERVICE
    )
    program, charlie = make_caller(service, by=cast.alice), make_caller(cast.charlie)
    Role.objects.filter(pk=role.pk).update(second_factor=True)
    assert charlie.get("/me").status_code == 403
    assert program.get("/me").status_code == 200
    where = f"/containers/{fleet.root1.pk}/shop0/inspect"
    with scripted_podman(fleet.root1.pk, lambda _path: {"Id": "shop0", "Config": {}}):
        assert program.get(where).status_code == 200


def test_scope_and_owner_both_limit(fleet: Fleet, cast: Cast) -> None:
    everything = make_caller(cast.bob)
    prod = make_caller(cast.bob, "prod", everywhere=False, groups={fleet.prod.pk: "prod"})
    names = lambda one: {host["name"] for host in one.get("/hosts").json()["items"]}  # noqa: E731
    assert names(everything) == {"web1", "web2"}
    assert names(prod) == {"web1"}
    assert len(prod.get("/endpoints").json()["items"]) == 2
    assert len(everything.get("/containers").json()["items"]) == 6
    assert len(prod.get("/containers").json()["items"]) == 4
    there = f"/containers/{fleet.root2.pk}/shop2"
    assert everything.get(there).status_code == 200
    assert prod.get(there).status_code == 404
    assert prod.get(f"/hosts/{fleet.web2.pk}").status_code == 404
    assert prod.get("/groups").json()["items"] == [
        {"id": fleet.prod.pk, "name": "prod", "notes": "", "hosts": ["web1"]}
    ]
    # it follows the group
    fleet.web2.groups.add(fleet.prod)
    assert prod.get(there).status_code == 200
    erin = make_caller(fleet.erin)
    assert erin.get("/hosts").json()["items"] == []
    assert erin.get("/containers").status_code == 403
    assert erin.get("/containers").json()["verb"] == "container.view"
    grant = fleet.grant("viewer", group=fleet.prod)
    assert len(erin.get("/containers").json()["items"]) == 6
    type(grant).objects.filter(pk=grant.pk).update(until=timezone.now() - timedelta(seconds=1))
    assert erin.get(there).status_code == 404
    assert erin.get("/hosts").json()["items"] == []


def test_lists_filter_sort_and_page(fleet: Fleet, cast: Cast) -> None:
    bob = make_caller(cast.bob)
    assert {
        one["name"] for one in bob.get("/containers", data={"q": "label:app=shop"}).json()["items"]
    } == {"shop-1"}
    answer = bob.get("/containers", data={"q": "nonsense:1"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "q"
    for sort in ("", "name", "-name"):
        seen, cursor = [], ""
        while True:
            asked = {"limit": 4, "sort": sort, "cursor": cursor}
            page = bob.get("/containers", data=asked).json()
            seen += [one["podman_id"] for one in page["items"]]
            cursor = page["next"]
            if not cursor:
                break
        assert len(seen) == len(set(seen)) == 6, sort
    for wrong in ({"sort": "what"}, {"cursor": "!"}, {"limit": 0}, {"cursor": "LTE="}):
        assert bob.get("/containers", data=wrong).status_code == 422, wrong


def test_one_object_says_what_the_token_can(fleet: Fleet, cast: Cast) -> None:
    here = f"/containers/{fleet.root1.pk}/shop0"
    looking = make_caller(cast.bob, read_only=True).get(here).json()
    assert looking["name"] == "shop-1"
    assert looking["endpoint"]["host"] == "web1"
    assert "container.start" not in looking["can"]
    assert "container.start" in make_caller(cast.bob, "all").get(here).json()["can"]
    only = make_caller(cast.bob, "start", reach="verbs", verbs=("container.start",))
    assert only.get(here).status_code == 404


def test_addresses_that_nothing_has(cast: Cast) -> None:
    bob = make_caller(cast.bob)
    for path in ("/nothing", "/containers/1/x", "/jobs/1", "/hosts/99", "/no/such/thing"):
        answer = bob.get(path)
        assert answer.status_code == 404, path
        assert answer["Content-Type"] == PROBLEM
    for path in (f"/hosts/{'9' * 30}", "/jobs/x", "/hosts/0"):
        assert bob.get(path).status_code == 422, path
    assert bob.get("/me")["Cache-Control"] == "no-store"


def test_jobs_are_listed_and_waited_for(fleet: Fleet, cast: Cast) -> None:
    job = Job.objects.create(
        verb="container.start", endpoint=fleet.root1, intent=0, state="ok", asked_by=cast.bob
    )
    bob, erin = make_caller(cast.bob), make_caller(fleet.erin)
    assert bob.get(f"/jobs/{job.pk}?wait=60").json()["ended"] is True
    assert [one["id"] for one in bob.get("/jobs").json()["items"]] == [job.pk]
    assert erin.get(f"/jobs/{job.pk}").status_code == 404
    assert erin.get("/jobs").json()["items"] == []
    assert bob.get(f"/jobs/{job.pk}?wait=61").status_code == 422
    looking = make_caller(cast.bob, "look", read_only=True)
    Job.objects.filter(pk=job.pk).update(state="queued")
    answer = looking.post(f"/jobs/{job.pk}/cancel")
    assert (answer.status_code, answer.json()["verb"]) == (403, "job.cancel")


def test_the_token_stands_nowhere(
    cast: Cast, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in logs, entries, answers, tracebacks, whatever happens while it is used."""
    bob = make_caller(cast.bob)
    hidden = bob.secret.removeprefix(bob.token.prefix)
    bob.client.raise_request_exception = False
    told = [bob.get(path).content for path in ("/me", "/nothing", "/jobs/x", "/hosts")]

    def bug(*_args: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(bearer, "scope_of", bug)
    broken = bob.get("/me")
    assert broken.status_code == 500
    assert broken["Content-Type"] == PROBLEM
    dead = Caller(bob.secret[:-1] + ("a" if bob.secret[-1] != "a" else "b"))
    told += [broken.content, dead.get("/me").content]
    written = "".join(str(vars(entry)) for entry in Entry.objects.all())
    assert "token.use" in written
    assert bob.token.prefix in written
    assert caplog.text
    for text in (*[one.decode() for one in told], written, caplog.text):
        assert hidden not in text
        assert hidden[:-1] not in text


def test_inspect_shows_no_more_than_the_page(fleet: Fleet, cast: Cast) -> None:
    """What Podman answers here holds secrets: the environment, and a password among mount options."""
    now = timezone.now()
    kept: dict[str, Any] = {"digest": "", "seen_at": now, "changed_at": now, "driver": "local"}
    make.volume(fleet.root1, "data", podman_id="data", **kept)
    told = {
        "Config": {"Env": ["KEY=canary-1"], "CreateCommand": ["podman", "-e", "KEY=canary-1"]},
        "Options": {"o": "username=u,password=canary-2"},
    }
    bob = make_caller(cast.bob)
    with scripted_podman(fleet.root1.pk, lambda _path: told) as asked:
        for where in (f"/containers/{fleet.root1.pk}/shop0", f"/volumes/{fleet.root1.pk}/data"):
            answer = bob.get(f"{where}/inspect")
            assert answer.status_code == 200, answer.content
            assert "canary-1" not in answer.content.decode()
            if "volumes" in where:
                assert "canary-2" not in answer.content.decode()
                assert "username=u" in answer.content.decode()
    assert [path.rpartition("/libpod")[2] for path in asked] == [
        "/containers/shop0/json",
        "/volumes/data/json",
    ]
