"""Pages of guardrails: who reads and who changes them, trying them, verdicts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accounts.epoch import current
from accounts.models import Role
from audit.models import Entry
from audit.shapes import Who
from hosts.access import Person
from hosts.actions.run import run_container
from hosts.guardrails.kinds import KINDS
from hosts.models import Grant, Group, Guardrail, Job
from hosts.refusals import Refusal
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.hosts.guardrails.conftest import rail

__all__ = ["hosts", "rail"]
pytestmark = pytest.mark.django_db
LIST, NEW, TRY = "/guardrails/", "/guardrails/new/", "/guardrails/try/"
Rail = Callable[..., Any]


def test_an_empty_list_teaches_and_makes_a_set_that_warns(
    cast: Cast, browser_of: Any, entries: Any
) -> None:
    alice = browser_of(cast.alice)
    assert "Start with these" in alice.get(LIST).content.decode()
    alice.send("/guardrails/suggested/")
    rows = list(Guardrail.objects.all())
    assert len(rows) == 7
    assert {row.severity for row in rows} == {"warn"}
    assert len(entries("guardrail.edit")) == 7
    alice.send("/guardrails/suggested/")
    assert Guardrail.objects.count() == 7


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_has_a_form_that_makes_a_rule(
    cast: Cast, browser_of: Any, hosts: Hosts, kind: str, entries: Any
) -> None:
    alice, before = browser_of(cast.alice), current()
    assert alice.get(f"{NEW}{kind}/").status_code == 200
    group = Group.objects.get(name="prod")
    given = {"name": "A rule", "severity": "refuse", "enabled": "on", "groups": [group.pk]}
    answer = alice.send(f"{NEW}{kind}/", given)
    assert answer.status_code == 302, answer.context["form"].errors
    [row] = Guardrail.objects.all()
    assert (row.kind, row.everywhere, list(row.groups.all())) == (kind, False, [group])
    assert current() > before
    assert entries("guardrail.edit")[0].target_name == "A rule"
    assert alice.get(f"{LIST}{row.pk}/").status_code == 200
    assert "A rule" in alice.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("kind", "field", "text"),
    [
        ("mounts", "allow", "srv/data"),
        ("images", "allow", "nginx"),
        ("ports", "allow", "99999"),
        ("ports", "addresses", "somewhere"),
        ("limits", "memory_most", "much"),
        ("limits", "cpus_most", "0"),
        ("devices", "allow", "fuse"),
    ],
)
def test_what_a_setting_does_not_take_stands_beside_it(
    cast: Cast, browser_of: Any, kind: str, field: str, text: str
) -> None:
    given = {"name": "A rule", "severity": "refuse", "enabled": "on", f"set_{field}": text}
    answer = browser_of(cast.alice).send(f"{NEW}{kind}/", given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [f"set_{field}"]
    assert not Guardrail.objects.exists()


def test_a_change_is_written_down_before_and_after(
    cast: Cast, browser_of: Any, rail: Rail, entries: Any
) -> None:
    row = rail("mounts", allow=["/srv"])
    alice = browser_of(cast.alice)
    given = {"name": row.name, "severity": "warn", "enabled": "on", "set_allow": "/srv/data:ro"}
    alice.send(f"{LIST}{row.pk}/", given)
    row.refresh_from_db()
    assert (row.severity, row.settings) == ("warn", {"allow": ["/srv/data:ro"]})
    [entry] = entries("guardrail.edit")
    changes = entry.params["changes"]
    assert changes["severity"] == ["refuse", "warn"]
    assert "/srv/data:ro" in str(changes["settings"])
    alice.send(f"{LIST}{row.pk}/remove/")
    assert len(entries("guardrail.edit")) == 2


def test_others_read_and_do_not_change(cast: Cast, browser_of: Any, rail: Rail) -> None:
    row = rail("mounts", allow=["/srv/shown"])
    charlie = browser_of(cast.charlie)
    assert "/srv/shown" in charlie.get(LIST).content.decode()
    assert "/srv/shown" in charlie.get(f"{LIST}{row.pk}/").content.decode()
    for path in (f"{LIST}{row.pk}/", f"{LIST}{row.pk}/remove/", "/guardrails/suggested/"):
        assert charlie.send(path, {"name": "x", "severity": "warn"}).status_code == 403
    assert charlie.get(NEW).status_code == 403
    assert Guardrail.objects.get() == row


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("line", "podman run --privileged quay.io/x/y:1"),
        ("spec", '{"image": "quay.io/x/y:1", "privileged": true}'),
        (
            "kube",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
            "  - {name: c, image: quay.io/x/y:1, securityContext: {privileged: true}}\n",
        ),
        ("file", "FROM quay.io/x/y:1\nRUN --security=insecure true\n"),
    ],
)
def test_trying_says_the_rule_and_does_nothing(
    cast: Cast, browser_of: Any, hosts: Hosts, rail: Rail, what: str, text: str
) -> None:
    row = rail("privileged")
    answer = browser_of(cast.charlie).send(TRY, {"endpoint": hosts.web1.pk, "text": text})
    assert answer.context["what"] == what
    assert answer.context["verdict"].worst == "refuse"
    assert row.name in answer.content.decode()
    assert not Job.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("text", ["", "{", "[1]", "kind: Pod\n", "rm -rf /", "podman run"])
def test_what_cannot_be_read_is_said(cast: Cast, browser_of: Any, hosts: Hosts, text: str) -> None:
    answer = browser_of(cast.bob).send(TRY, {"endpoint": hosts.web1.pk, "text": text})
    assert answer.status_code == 200
    assert answer.context.get("problem") or not answer.context["verdict"].findings


def test_the_verdict_stands_in_the_run_form_before_the_click(
    cast: Cast, browser_of: Any, hosts: Hosts, rail: Rail
) -> None:
    row = rail("privileged")
    given = {"endpoint": hosts.web1.pk, "image": "quay.io/x/y:1", "restart": "no"}
    bob = browser_of(cast.bob)
    calm = bob.send("/containers/run/check/", given).content.decode()
    assert row.name not in calm
    ruled = bob.send("/containers/run/check/", {**given, "privileged": "on"}).content.decode()
    assert row.name in ruled
    sent = bob.send("/containers/run/", {**given, "privileged": "on"}, HTTP_HX_REQUEST="true")
    assert row.name in sent.content.decode()


def test_the_verdict_stands_in_the_plan_of_a_kube_file(
    cast: Cast, browser_of: Any, hosts: Hosts, rail: Rail
) -> None:
    row = rail("host_namespaces")
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n"
    text += "  containers:\n  - {name: c, image: quay.io/x/y:1}\n"
    bob = browser_of(cast.bob)
    given = {"endpoint": hosts.web1.pk, "text": text}
    assert row.name in bob.send("/kube/", given).content.decode()
    assert row.name in bob.send("/kube/", {**given, "do": "play"}).content.decode()
    assert not Job.objects.exists()


def test_an_upload_is_told_before_a_byte_is_sent(
    cast: Cast, browser_of: Any, hosts: Hosts, rail: Rail
) -> None:
    row = rail("images", allow=["registry.example.org"])
    given = {"endpoint": hosts.web1.pk, "tags": "shop:1"}
    answer = browser_of(cast.bob).send("/build/check/", given)
    assert row.name in answer.json()["__all__"]


@pytest.mark.parametrize("edits", [True, False])
def test_giving_access_to_some_containers_leads_to_the_rule_on_images(
    cast: Cast, browser_of: Any, edits: bool
) -> None:
    admin = Role.objects.get(name="admin")
    if not edits:
        verbs = sorted(admin.verb_names() - {"guardrail.edit"})
        cast.alice.role = Role.objects.create(name="access only", verbs=verbs)
        cast.alice.save()
    page = browser_of(cast.alice).get("/access/grants/give/").content.decode()
    assert "limits which images are allowed." in page
    assert ('href="/guardrails/new/images/"' in page) is edits


@pytest.mark.parametrize(
    ("image", "passes"),
    [
        ("registry.example.org/shop/front:7", True),
        ("localhost/by-commit/front:1", True),
        ("docker.io/library/alpine", False),
        # one that is there already, by its id or a short name
        ("sha256:" + "a" * 64, False),
        ("a" * 64, False),
        ("alpine", False),
        ("localhost/shop/front", False),
    ],
)
def test_who_works_on_some_containers_only_is_held_to_images_by_a_rule(
    cast: Cast, hosts: Hosts, rail: Rail, image: str, passes: bool
) -> None:
    rail("images", allow=["registry.example.org/shop", "localhost/by-commit"])
    Grant.objects.create(
        user=cast.charlie,
        role=cast.bob.role,
        endpoint=hosts.web1,
        label="app=shop",
        made_by="Alice",
    )
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    charlie = Person(cast.charlie, replace(Who(name="Charlie"), door="page"))
    params = {"image": image, "labels": {"app": "shop"}}
    if passes:
        assert run_container.ask(charlie, hosts.web1.pk, params=params, env={}).state == "queued"
        return
    # a short name, or an id, says not even from where
    with pytest.raises(Refusal, match=r"allowed place|has no registry"):
        run_container.ask(charlie, hosts.web1.pk, params=params, env={})
