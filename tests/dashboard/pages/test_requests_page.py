"""Pages of access requests: ask after a refusal, decide, the rail's count, the toast."""

from typing import Any

import pytest

from accounts.models import Role
from dashboard.live.render import rows_html
from dashboard.live.view import run, view_of
from dashboard.pages.requests.lists import DECIDED
from hosts.access import Person
from hosts.models import AccessRequest, Grant
from tests.cast import Cast
from tests.dashboard.test_matrix import objects  # noqa: F401 - a fixture
from tests.one_line import one_line

pytestmark = pytest.mark.each_database("writes rows that are unique")

ASK = "/access/requests/ask/"


@pytest.fixture(autouse=True)
def _there(objects: None) -> None:  # noqa: F811
    """One of each object, at den7."""


def form(**more: Any) -> dict[str, Any]:
    role = Role.objects.get(name="operator").pk
    return {"role": role, "kind": "host", "place": "den7", "minutes": 60, "reason": "down"} | more


def request() -> Any:
    return AccessRequest.objects.get()


def request_waiting() -> Any:
    return AccessRequest.objects.get(state="asked")


def test_a_refusal_fills_the_form(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.charlie).get(f"{ASK}?verb=container.stop&endpoint=1").content.decode()
    assert "What you lack: “Stop containers”" in page
    assert '<option value="endpoint" selected>den7</option>' in page
    # a viewer's role does not hold what is missing
    assert "Operator" in page
    assert "Viewer:" not in page


def test_the_role_that_gives_least_stands_first(cast: Cast, browser_of: Any) -> None:
    Role.objects.create(name="stopper", verbs=["host.view", "container.view", "container.stop"])
    page = browser_of(cast.charlie).get(f"{ASK}?verb=container.stop&endpoint=1").content.decode()
    options = page.partition('name="role"')[2].partition("</select>")[0]
    assert options.index("stopper") < options.index("Operator") < options.index("Administrator")


def test_from_asking_to_the_answer(cast: Cast, browser_of: Any) -> None:
    charlie, alice = browser_of(cast.charlie), browser_of(cast.alice)
    assert 'data-count-of="requests-waiting" hidden>0<' in alice.get("/jobs/").content.decode()
    sent = form(kind="endpoint", endpoint=1, verb="container.stop")
    assert charlie.send(ASK, sent).status_code == 302
    assert 'data-count-of="requests-waiting">1<' in alice.get("/jobs/").content.decode()
    assert 'data-count-of="requests-waiting" hidden>0<' in charlie.get("/jobs/").content.decode()
    assert "Charlie asks for access: Operator" in alice.get("/").content.decode()
    decide = f"/access/requests/{request().pk}/"
    page = alice.get(decide).content.decode()
    assert "Stop containers" in page
    # held already, so nothing that they would get
    assert "See containers" not in page
    assert charlie.get("/containers/1/sample/stop/").status_code == 403
    alice.send(f"{decide}approve/", {"answer": "until noon"})
    assert charlie.get("/containers/1/sample/stop/").status_code == 200
    assert "until noon" in charlie.get(decide).content.decode()


def test_what_approving_would_change_stands_before_the_button(cast: Cast, browser_of: Any) -> None:
    charlie, alice = browser_of(cast.charlie), browser_of(cast.alice)
    charlie.send(ASK, form())
    decide = f"/access/requests/{request().pk}/"
    page = alice.get(decide).content.decode()
    assert page.index("gains") < page.index(f"{decide}approve/")
    assert "on den7" in page
    # looked at, and not made
    assert not Grant.objects.exists()
    assert request().state == "asked"
    alice.send(f"{decide}approve/")
    charlie.send(ASK, form(names="shop*"))
    narrower = request_waiting()
    page = alice.get(f"/access/requests/{narrower.pk}/").content.decode()
    assert "other grants or roles give them the same" in page


def test_what_cannot_be_approved_says_why_and_has_no_button(cast: Cast, browser_of: Any) -> None:
    browser_of(cast.charlie).send(ASK, form(place="den8"))
    decide = f"/access/requests/{request().pk}/"
    page = browser_of(cast.alice).get(decide).content.decode()
    assert "There is no host named den8: refuse the request and tell the person." in page
    assert f"{decide}refuse/" in page
    assert f"{decide}approve/" not in page


def test_what_was_decided_is_told_once_and_to_the_asker(
    cast: Cast, browser_of: Any, who_of: Any
) -> None:
    browser_of(cast.charlie).send(ASK, form())
    browser_of(cast.alice).send(f"/access/requests/{request().pk}/refuse/", {"answer": "no"})
    told = {}
    for user in (cast.alice, cast.bob, cast.charlie):
        person = Person(user, who_of(user))
        rows = run(view_of(DECIDED, {}), person).rows
        told[str(user)] = one_line("".join(rows_html(DECIDED, rows, person)))
    assert (told["Alice"], told["Bob"]) == ("", "")
    assert "Alice refused your request: Operator, den7. “no”" in told["Charlie"]


def test_problems_stand_beside_their_field(cast: Cast, browser_of: Any) -> None:
    answer = browser_of(cast.charlie).send(ASK, form(place=""))
    assert "Give the full name of the group or host." in answer.content.decode()
    assert not AccessRequest.objects.exists()


def test_a_name_that_is_there_and_one_that_is_not_are_answered_alike(
    cast: Cast, browser_of: Any
) -> None:
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    charlie = browser_of(cast.charlie)
    pages = []
    for place in ("den7", "den8"):
        answer = charlie.send(ASK, form(place=place))
        assert answer.status_code == 302
        shown = charlie.get("/access/requests/").content.decode()
        assert place in shown
        pages.append(len(shown.split("<tr id=")[1].split("</tr>")[0]))
    assert pages[0] == pages[1]


def test_one_takes_back_ones_own(cast: Cast, browser_of: Any) -> None:
    charlie = browser_of(cast.charlie)
    charlie.send(ASK, form())
    address = f"/access/requests/{request().pk}/withdraw/"
    assert browser_of(cast.bob).send(address).status_code == 404
    charlie.send(address)
    assert request().state == "withdrawn"


def test_ones_own_request_is_for_others_to_decide(cast: Cast, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    alice.send(ASK, form())
    page = alice.get(f"/access/requests/{request().pk}/").content.decode()
    assert "Somebody else has to decide this." in page
    assert alice.send(f"/access/requests/{request().pk}/approve/").status_code == 403
    assert request().state == "asked"
