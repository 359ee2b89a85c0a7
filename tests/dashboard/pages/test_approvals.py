"""Pages of approvals: ask, hold, show without secrets, decide by a second person."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Membership, Role, Team, User
from hosts.guardrails import masked
from hosts.models import Approval, Grant, Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.hosts.guardrails.conftest import rail

__all__ = ["hosts", "rail"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database("looks into JSON: labels, results and parameters"),
]
WHY = "the card reader <b>needs</b> it"
FORM = {
    "image": "quay.io/x/reader:1",
    "name": "reader",
    "privileged": "on",
    "environment": "PIN=s3cr3t-canary",
    "command": "mysql -ps3cr3t-canary --host=db",
    "labels": "x.token=s3cr3t-canary",
    "restart": "no",
}


@pytest.fixture
def held(
    cast: Cast, hosts: Hosts, rail: Any, browser_of: Callable[..., Any]
) -> tuple[Any, Any, Any]:
    """Bob's job that waits, its approval, and the rule."""
    rule = rail("privileged", severity="ask")
    form = {**FORM, "endpoint": hosts.web1.pk, "approval_reason": WHY}
    answer = browser_of(cast.bob).send("/containers/run/", form)
    assert answer.status_code == 302, answer.content[:2000]
    row = Approval.objects.select_related("job").get()
    assert answer.url == f"/jobs/{row.job_id}/"
    return row.job, row, rule


def test_a_plain_form_is_asked_why(
    cast: Cast, hosts: Hosts, rail: Any, browser_of: Callable[..., Any]
) -> None:
    rail("privileged", severity="ask")
    answer = browser_of(cast.bob).send("/containers/run/", {**FORM, "endpoint": hosts.web1.pk})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "An approval is needed" in text
    assert '<input type="hidden" name="image" value="quay.io/x/reader:1">' in text
    assert answer["Cache-Control"].find("no-store") >= 0
    assert not Job.objects.exists()


def test_htmx_is_told_by_an_event(
    cast: Cast, hosts: Hosts, rail: Any, browser_of: Callable[..., Any]
) -> None:
    rail("privileged", severity="ask")
    form = {**FORM, "endpoint": hosts.web1.pk}
    answer = browser_of(cast.bob).send("/containers/run/", form, HTTP_HX_REQUEST="true")
    assert answer.status_code == 204
    told = json.loads(answer["HX-Trigger"])
    assert "privileged" in told["needs-approval"]["words"]
    assert not answer.content


def test_whoever_decides_sees_all_but_secrets(
    cast: Cast, held: Any, browser_of: Callable[..., Any]
) -> None:
    job, row, rule = held
    page = browser_of(cast.alice).get(f"/access/requests/approvals/{row.pk}/").content.decode()
    for words in (
        "podman run",
        "quay.io/x/reader:1",
        "--privileged",
        rule.name,
        "PIN",
    ):
        assert words in page, words
    # a command is hidden whole
    assert "--host=db" not in page
    assert "s3cr3t-canary" not in page
    assert "&lt;b&gt;needs" in page
    assert f"/access/requests/approvals/{row.pk}/approve/" in page
    assert f'href="/jobs/{job.pk}/"' in page


KUBE = """\
# the reader of cards, once with --token s3cr3t-canary
kind: Pod
apiVersion: v1
metadata: {name: reader}
spec:
  containers:
  - name: front
    image: quay.io/x/reader:1
    command: [/bin/serve, --token, s3cr3t-canary]
    securityContext: {privileged: true}
    env: [{name: PIN, value: s3cr3t-canary}]
"""
FILE = "FROM quay.io/x/reader:1\nENV PIN=s3cr3t-canary\nRUN --security=insecure make <i>it</i>\n"


@pytest.mark.parametrize(
    ("road", "form", "shown"),
    [
        (
            "/kube/",
            {"text": KUBE, "do": "play"},
            (
                "The kube file",
                "kind: Pod",
                "command: •••",
                "- name: PIN\n      value: •••",
            ),
        ),
        (
            "/build/",
            {"how": "text", "text": FILE, "tags": "shop:1"},
            ("The Containerfile", "ENV PIN=•••", "make &lt;i&gt;it&lt;/i&gt;"),
        ),
    ],
)
def test_whoever_decides_reads_the_file_without_its_secrets(
    cast: Cast,
    hosts: Hosts,
    rail: Any,
    browser_of: Callable[..., Any],
    road: str,
    form: dict[str, str],
    shown: tuple[str, ...],
) -> None:
    rail("privileged", severity="ask")
    given = {**form, "endpoint": hosts.web1.pk, "approval_reason": WHY}
    answer = browser_of(cast.bob).send(road, given)
    assert answer.status_code == 302, answer.content[:2000]
    row = Approval.objects.get()
    alice = browser_of(cast.alice)
    page = alice.get(f"/access/requests/approvals/{row.pk}/").content.decode()
    for words in shown:
        assert words in page, words
    assert "s3cr3t-canary" not in page + row.text
    assert "The text is longer" not in page


def test_a_file_that_is_longer_than_what_is_kept_says_so(
    cast: Cast, hosts: Hosts, held: Any, browser_of: Callable[..., Any]
) -> None:
    _job, row, _rule = held
    # what is run has its line; of files the text counts
    type(row).objects.filter(pk=row.pk).update(text=f"{'x' * masked.MOST}\n{masked.CUT}")
    row.job.verb = "image.build"
    row.job.save()
    page = browser_of(cast.alice).get(f"/access/requests/approvals/{row.pk}/").content.decode()
    assert "only the first 200000 characters are kept" in page


def test_the_asker_sees_it_wait_and_cannot_decide(
    cast: Cast, held: Any, browser_of: Callable[..., Any]
) -> None:
    job, row, rule = held
    bob = browser_of(cast.bob)
    page = bob.get(f"/jobs/{job.pk}/").content.decode()
    assert "Waiting for approval" in page
    assert rule.name in page
    whole = bob.get(f"/access/requests/approvals/{row.pk}/").content.decode()
    assert "approve/" not in whole
    for deed in ("approve", "refuse"):
        answer = bob.send(f"/access/requests/approvals/{row.pk}/{deed}/")
        assert answer.status_code == 403
    job.refresh_from_db()
    assert job.state == "held"
    assert bob.send(f"/jobs/{job.pk}/cancel/").status_code == 302
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_approved_in_the_page_it_is_queued(
    cast: Cast, held: Any, browser_of: Callable[..., Any]
) -> None:
    job, row, _rule = held
    alice = browser_of(cast.alice)
    overview = alice.get("/").content.decode()
    assert "Bob needs an approval" in overview
    assert ">1</span>" in overview.split('data-count-of="requests-waiting"')[1][:20]
    answer = alice.send(f"/access/requests/approvals/{row.pk}/approve/", {"answer": "fine"})
    assert answer.status_code == 302
    job.refresh_from_db()
    assert job.state == "queued"
    again = alice.send(f"/access/requests/approvals/{row.pk}/approve/", follow=True)
    assert "already decided" in again.content.decode()
    assert "Bob needs an approval" not in alice.get("/").content.decode()


def test_what_is_decided_leads_on_to_the_next_that_waits(
    cast: Cast, hosts: Hosts, held: Any, browser_of: Callable[..., Any]
) -> None:
    _job, row, _rule = held
    bob, alice = browser_of(cast.bob), browser_of(cast.alice)
    first = f"/access/requests/approvals/{row.pk}/"
    assert "Next request" not in alice.get(first).content.decode()
    form = {**FORM, "name": "other", "endpoint": hosts.web1.pk, "approval_reason": WHY}
    assert bob.send("/containers/run/", form).status_code == 302
    other = Approval.objects.exclude(pk=row.pk).get()
    said = alice.send(f"{first}refuse/", {"answer": "no"}, follow=True).content.decode()
    assert "refused by Alice" in " ".join(said.split())
    assert f'href="/access/requests/approvals/{other.pk}/"' in said
    assert "Next request for you: Run other" in said
    # who asked is told how it goes on, and has nothing to decide
    told = bob.get(first).content.decode()
    assert "You can ask again" in told
    assert "Next request" not in told


def test_nobody_else_sees_it(
    cast: Cast, hosts: Hosts, held: Any, browser_of: Callable[..., Any]
) -> None:
    _job, row, _rule = held
    charlie = browser_of(cast.charlie)
    assert "reader" not in charlie.get("/access/requests/approvals/").content.decode()
    assert charlie.get(f"/access/requests/approvals/{row.pk}/").status_code == 404
    for deed in ("approve", "refuse"):
        path = f"/access/requests/approvals/{row.pk}/{deed}/"
        assert charlie.send(path).status_code == 404
    # who may approve elsewhere sees nothing of it either
    Grant.objects.create(
        user=cast.charlie,
        role=Role.objects.get(name="admin"),
        endpoint=hosts.web2,
        made_by="Alice",
    )
    assert charlie.get(f"/access/requests/approvals/{row.pk}/").status_code == 404


def test_the_run_form_says_it_before_the_click(
    cast: Cast, hosts: Hosts, rail: Any, browser_of: Callable[..., Any]
) -> None:
    rail("privileged", severity="ask")
    form = {**FORM, "endpoint": hosts.web1.pk}
    said = browser_of(cast.bob).send("/containers/run/check/", form).content.decode()
    assert "needs an approval" in said


def test_the_forms_say_who_can_approve_it(
    cast: Cast, hosts: Hosts, rail: Any, browser_of: Callable[..., Any]
) -> None:
    """Names for those who may see people or are in a team with them, else how many; or that nobody can."""
    rail("privileged", severity="ask")
    form = {**FORM, "endpoint": hosts.web1.pk}

    def said(user: Any) -> str:
        page: str = browser_of(user).send("/containers/run/check/", form).content.decode()
        return page

    assert "1 person can approve it." in said(cast.bob)
    assert "Nobody else can approve it on web1 now." in said(cast.alice)
    team = Team.objects.create(name="shop")
    for user in (cast.alice, cast.bob):
        Membership.objects.create(team=team, user=user)
    assert "It can be approved by: Alice." in said(cast.bob)
    admin = Role.objects.get(name="admin")
    User.objects.create(email="eve@example.org", name="Eve", role=admin)
    User.objects.create(email="ci@example.org", name="ci", role=admin, kind=User.Kind.SERVICE)
    assert "It can be approved by: Alice and 1 more." in said(cast.bob)
    assert "It can be approved by: Eve." in said(cast.alice)
    asked = browser_of(cast.bob).send("/containers/run/", form, HTTP_HX_REQUEST="true")
    trigger = json.loads(asked.headers["HX-Trigger"])["needs-approval"]
    assert trigger["who"] == "It can be approved by: Alice and 1 more."


def test_the_job_says_it_without_the_names_of_a_team(
    cast: Cast, held: Any, browser_of: Callable[..., Any]
) -> None:
    """Its page is shown live to all who hold the same, whatever team they are in."""
    job, row, _rule = held
    assert (
        "1 person can approve it." in browser_of(cast.bob).get(f"/jobs/{job.pk}/").content.decode()
    )
    whole = browser_of(cast.bob).get(f"/access/requests/approvals/{row.pk}/").content.decode()
    assert "1 person can approve it." in whole
    seen = browser_of(cast.alice).get(f"/jobs/{job.pk}/").content.decode()
    assert "It can be approved by: Alice." in seen


def test_a_right_that_lacks_is_said_before_the_click(
    cast: Cast, hosts: Hosts, rail: Any, browser_of: Callable[..., Any]
) -> None:
    rail("limits", severity="warn", need=["memory"])
    operator = Role.objects.get(name="operator")
    verbs = sorted(operator.verb_names() - {"container.privileged"})
    cast.bob.role = Role.objects.create(name="careful", verbs=verbs)
    cast.bob.save()
    form = {**FORM, "endpoint": hosts.web1.pk}
    said = browser_of(cast.bob).send("/containers/run/check/", form).content.decode()
    assert "You may not create privileged containers there." in said
    assert "forbidden" in said
