"""Dialogs of artifacts before there is a job, and hosts without artifacts."""

from typing import Any

import pytest

from audit.models import Entry
from hosts.actions.artifacts.transfers import add_options
from hosts.models import Guardrail, Job
from hosts.refusals import Refusal
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]

NAME = "quay.io/team/config:1"
DIGEST = f"sha256:{'5e' * 32}"


@pytest.fixture(autouse=True)
def newest(hosts: Hosts) -> None:
    hosts.web1.podman_version = "5.8.1"
    hosts.web1.save()


def url(hosts: Hosts, what: str) -> str:
    return f"/hosts/endpoints/{hosts.web1.pk}/artifacts/{what}/"


@pytest.mark.parametrize("what", ["pull", "push"])
def test_a_whole_name_is_a_job(cast: Cast, browser_of: Any, hosts: Hosts, what: str) -> None:
    answer = browser_of(cast.bob).send(url(hosts, what), {"name": "quay.io/team/config"})
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    assert (job.verb, job.params, job.object_kind, job.queue) == (
        f"artifact.{what}",
        {"name": "quay.io/team/config:latest"},
        "artifact",
        "long",
    )
    assert Entry.objects.get(number=job.intent).kind == "intent"


@pytest.mark.parametrize("what", ["pull", "push"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Give the name"),
        ("config", "has no registry"),
        ("localhost/config:1", "is not a registry"),
        ("docker-archive:/srv/x", "file or storage of the host"),
        ("dir:5000/x:1", "file or storage of the host"),
    ],
)
def test_other_names_are_not(
    cast: Cast, browser_of: Any, hosts: Hosts, what: str, name: str, said: str
) -> None:
    page = browser_of(cast.bob).send(url(hosts, what), {"name": name}).content.decode()
    assert said in page
    assert not Job.objects.exists()


def test_exactly_what_was_seen_is_removed(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    seen = [f"{DIGEST} {NAME}", f"{DIGEST} localhost/other:2"]
    browser_of(cast.bob).send(url(hosts, "remove"), {"seen": seen})
    asked = {(job.params["name"], job.params["digest"]) for job in Job.objects.all()}
    assert asked == {(NAME, DIGEST), ("localhost/other:2", DIGEST)}


@pytest.mark.parametrize("seen", [[], [NAME], [f"sha256:1 {NAME}"], [f"{DIGEST} oci:/srv/x"]])
def test_nothing_else_is(cast: Cast, browser_of: Any, hosts: Hosts, seen: list[str]) -> None:
    page = browser_of(cast.bob).send(url(hosts, "remove"), {"seen": seen}).content.decode()
    assert 'role="alert"' in page
    assert not Job.objects.exists()


@pytest.mark.parametrize("what", ["pull", "push", "remove", "add"])
def test_an_older_podman_says_why_not(cast: Cast, browser_of: Any, hosts: Hosts, what: str) -> None:
    hosts.web1.podman_version = "5.4.2"
    hosts.web1.save()
    browser = browser_of(cast.bob)
    assert "Needs Podman 5.6" in browser.get(url(hosts, what)).content.decode()
    if what != "add":
        data = {"name": NAME, "seen": [f"{DIGEST} {NAME}"]}
        assert "Needs Podman 5.6" in browser.send(url(hosts, what), data).content.decode()
        assert not Job.objects.exists()


def test_a_rule_on_images_stops_a_pull(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    Guardrail.objects.create(
        name="ours",
        kind="images",
        settings={"allow": ["registry.example.org"]},
        severity="refuse",
        everywhere=True,
    )
    page = browser_of(cast.bob).send(url(hosts, "pull"), {"name": NAME}).content.decode()
    assert "ours" in page
    assert not Job.objects.exists()
    assert Entry.objects.filter(verb="artifact.pull", kind="refusal").count() == 1


@pytest.mark.parametrize(
    "order",
    [
        {"name": "config:1", "file": "x"},
        {"name": f"localhost/x@{DIGEST}", "file": "x"},
        {"name": "oci:/srv/x", "file": "x"},
        {"name": "localhost/x:1", "file": ""},
        {"name": "localhost/x:1", "file": "a/.."},
        {"name": "localhost/x:1", "file": "a\nb"},
        {"name": "localhost/x:1", "file": "x", "kind": "none"},
        {"name": "localhost/x:1", "file": "x", "kind": "a/b", "append": True},
    ],
)
def test_a_file_needs_names(order: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match=r"\w"):
        add_options(**order)


def test_a_path_is_no_part_of_a_file_name() -> None:
    for file in ("/etc/shadow", "C:\\x\\shadow", "../shadow", "shadow"):
        assert add_options(name="localhost/x", file=file).file == "shadow"


@pytest.mark.parametrize("what", ["pull", "push"])
def test_a_job_that_ended_can_be_asked_for_again(
    cast: Cast, browser_of: Any, hosts: Hosts, what: str
) -> None:
    browser = browser_of(cast.bob)
    browser.send(url(hosts, what), {"name": NAME})
    Job.objects.update(state="failed")
    browser.send(f"/jobs/{Job.objects.get().pk}/again/", {})
    assert [job.params for job in Job.objects.all()] == [{"name": NAME}] * 2
