"""Approvals in the page: asked why, held, shown whole without secrets, decided by somebody else."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.hosts.guardrails.conftest import rail

__all__ = ["hosts", "rail"]
pytestmark = pytest.mark.django_db
WHY = "the card reader <b>needs</b> it"
FORM = {
    "image": "quay.io/x/reader:1",
    "name": "reader",
    "privileged": "on",
    "environment": "PIN=s3cr3t-canary",
    "restart": "no",
}


@pytest.fixture
def held(
    cast: Cast, hosts: Hosts, rail: Any, browser_of: Callable[..., Any]
) -> tuple[Any, Any, Any]:
    """Bob's job that waits, its approval, and the rule."""
    from hosts.models import Approval

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
    from hosts.models import Job

    rail("privileged", severity="ask")
    answer = browser_of(cast.bob).send("/containers/run/", {**FORM, "endpoint": hosts.web1.pk})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "This needs an approval" in text
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
    for words in ("podman run", "quay.io/x/reader:1", "--privileged", rule.name, "Bob", "PIN"):
        assert words in page, words
    assert "s3cr3t-canary" not in page
    assert "&lt;b&gt;needs" in page
    assert f"/access/requests/approvals/{row.pk}/approve/" in page
    assert f'href="/jobs/{job.pk}/"' in page


def test_the_asker_sees_it_wait_and_cannot_decide(
    cast: Cast, held: Any, browser_of: Callable[..., Any]
) -> None:
    job, row, rule = held
    bob = browser_of(cast.bob)
    page = bob.get(f"/jobs/{job.pk}/").content.decode()
    assert "Waits for an approval" in page
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
    assert "decided already" in again.content.decode()
    assert "Bob needs an approval" not in alice.get("/").content.decode()


def test_nobody_else_sees_it(
    cast: Cast, hosts: Hosts, held: Any, browser_of: Callable[..., Any]
) -> None:
    from accounts.models import Role
    from hosts.models import Grant

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
