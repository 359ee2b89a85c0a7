"""Hidden values of a waiting job: the approver may see them, and each look is an entry."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction

from accounts.models import Role
from audit import write
from hosts import control
from hosts.actions.approvals.decide import target_of_job
from hosts.models import Approval, Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.hosts.guardrails.conftest import rail
from tests.lab.link_process import Link, link

__all__ = ["hosts", "link", "rail"]
pytestmark = [
    # the link has a connection of its own
    pytest.mark.django_db(transaction=True),
    pytest.mark.each_database("looks into JSON: the fields that an entry names"),
]
WHY = "the card reader needs it"
CANARY = "s3cr3t-canary"
RUN = {
    "image": "quay.io/x/reader:1",
    "name": "reader",
    "privileged": "on",
    "environment": f"PIN={CANARY}-env",
    "command": f"serve --token {CANARY}-word",
    "restart": "no",
}
KUBE = f"""\
# the reader of cards
kind: Pod
apiVersion: v1
metadata: {{name: reader}}
spec:
  containers:
  - name: front
    image: quay.io/x/reader:1
    securityContext: {{privileged: true}}
    env: [{{name: PIN, value: {CANARY}}}]
"""
FILE = f"FROM quay.io/x/reader:1\nENV PIN={CANARY}\nRUN --security=insecure make\n"
BUILD = {"how": "text", "text": FILE, "tags": "shop:1", "arguments": f"KEY={CANARY}-arg"}

Asked = Callable[..., tuple[Any, str]]


@pytest.fixture
def asked(cast: Cast, hosts: Hosts, rail: Any, browser_of: Any) -> Asked:
    """`asked(road, form)`: the approval that Bob's form waits for, and its page."""
    rail("privileged", severity="ask")

    def ask(road: str = "/containers/run/", form: Any = RUN) -> tuple[Any, str]:
        given = {**form, "endpoint": hosts.web1.pk, "approval_reason": WHY}
        answer = browser_of(cast.bob).send(road, given)
        assert answer.status_code == 302, answer.content[:2000]
        row = Approval.objects.select_related("job").get()
        return row, f"/access/requests/approvals/{row.pk}/"

    return ask


def test_of_a_container_each_part_is_shown_on_request(
    cast: Cast, link: Link, asked: Asked, browser_of: Any, entries: Any
) -> None:
    row, page = asked()
    alice = browser_of(cast.alice)
    before = alice.get(page).content.decode()
    assert CANARY not in before
    assert "Show the arguments" in before
    assert "Show the environment" in before
    assert entries("guardrail.show") == []

    answer = alice.send(f"{page}show/", {"field": "arguments"})
    told = answer.content.decode()
    assert f"serve --token {CANARY}-word" in told
    assert f"{CANARY}-env" not in told
    assert "Show the arguments" not in told
    assert "no-store" in answer.headers["Cache-Control"]
    [entry] = entries("guardrail.show")
    assert (entry.kind, entry.who_name, entry.target_id) == ("event", "Alice", str(row.job_id))
    assert entry.params["fields"] == ["arguments"]

    # what is shown already goes with it
    told = alice.send(f"{page}show/", {"field": ["arguments", "environment"]}).content.decode()
    assert f"PIN={CANARY}-env" in told
    assert f"serve --token {CANARY}-word" in told
    assert "show-hidden" not in told
    assert entries("guardrail.show")[-1].params["fields"] == ["arguments", "environment"]
    # seen once, it is hidden again
    assert CANARY not in alice.get(page).content.decode()


@pytest.mark.parametrize(
    ("road", "form", "shown"),
    [
        ("/kube/", {"text": KUBE, "do": "play"}, [KUBE.split("\n")[0], f"value: {CANARY}"]),
        ("/build/", BUILD, [f"ENV PIN={CANARY}", f"KEY={CANARY}-arg"]),
    ],
)
def test_a_file_is_shown_as_it_was_sent(
    cast: Cast,
    link: Link,
    asked: Asked,
    browser_of: Any,
    entries: Any,
    road: str,
    form: Any,
    shown: list[str],
) -> None:
    _row, page = asked(road, form)
    alice = browser_of(cast.alice)
    before = alice.get(page).content.decode()
    assert CANARY not in before
    assert "Show the file as sent" in before
    told = alice.send(f"{page}show/").content.decode()
    for words in shown:
        assert words in told
    [entry] = entries("guardrail.show")
    assert "file" in entry.params["fields"]


def test_nobody_else_is_shown_it(
    cast: Cast, link: Link, asked: Asked, browser_of: Any, entries: Any
) -> None:
    _row, page = asked()
    # who asked, and who sees nothing of it
    for user, status in ((cast.bob, 403), (cast.charlie, 404)):
        answer = browser_of(user).send(f"{page}show/", {"field": "environment"})
        assert (answer.status_code, CANARY in answer.content.decode()) == (status, False)
    assert "Show the" not in browser_of(cast.bob).get(page).content.decode()
    assert browser_of(cast.alice).get(f"{page}show/").status_code == 405
    assert entries("guardrail.show") == []


def test_values_of_the_environment_need_the_right_to_see_them(
    cast: Cast, link: Link, asked: Asked, browser_of: Any, entries: Any
) -> None:
    verbs = Role.objects.get(name="admin").verb_names() - {"container.environment"}
    cast.charlie.role = Role.objects.create(name="blind", verbs=sorted(verbs))
    cast.charlie.save()
    _row, page = asked()
    charlie = browser_of(cast.charlie)
    before = charlie.get(page).content.decode()
    assert "Show the arguments" in before
    assert "Show the environment" not in before
    assert charlie.send(f"{page}show/", {"field": "environment"}).status_code == 403
    assert entries("guardrail.show") == []
    assert {entry.kind for entry in entries("container.environment")} == {"refusal"}
    # asked for all that may be shown
    told = charlie.send(f"{page}show/").content.decode()
    assert f"{CANARY}-word" in told
    assert f"{CANARY}-env" not in told


def test_decided_it_stays_hidden(
    cast: Cast, link: Link, asked: Asked, browser_of: Any, entries: Any
) -> None:
    _row, page = asked()
    alice = browser_of(cast.alice)
    alice.send(f"{page}approve/")
    told = alice.send(f"{page}show/", {"field": "arguments"}, follow=True).content.decode()
    assert "already decided" in told
    assert CANARY not in told
    assert entries("guardrail.show") == []


def test_without_a_link_nothing_is_shown_and_it_is_said(
    cast: Cast, asked: Asked, browser_of: Any, entries: Any, settings: Any
) -> None:
    _row, page = asked()
    settings.HAULOUT_PROCESS = "web"
    told = browser_of(cast.alice).send(f"{page}show/", {"field": "environment"}, follow=True)
    assert "link process does not answer" in told.content.decode()
    assert CANARY not in told.content.decode()
    # it was written before anybody was asked
    assert len(entries("guardrail.show")) == 1


def test_the_link_opens_only_what_an_entry_says_is_being_read(
    cast: Cast, link: Link, asked: Asked, who_of: Any
) -> None:
    row, _page = asked()

    def opened(verb: str, fields: list[str]) -> dict[str, str]:
        with transaction.atomic():
            told = {"fields": fields}
            number = write.event(who_of(cast.alice), verb, target_of_job(row), params=told)
        return async_to_sync(control.open_held)(number)

    assert opened("guardrail.show", ["environment"]) == {"environment": f"PIN={CANARY}-env"}
    assert opened("guardrail.show", ["arguments"]) == {}
    for refused in (
        lambda: opened("guardrail.approve", ["environment"]),
        lambda: async_to_sync(control.open_held)(10**9),
    ):
        with pytest.raises(control.ControlError) as said:
            refused()
        assert said.value.kind == "request"
    # the seals of other verbs are nobody's to see
    Job.objects.update(verb="secret.create")
    assert opened("guardrail.show", ["environment", "file", "arguments"]) == {}
    Job.objects.update(verb="container.run", state="queued")
    with pytest.raises(control.ControlError):
        opened("guardrail.show", ["environment"])
