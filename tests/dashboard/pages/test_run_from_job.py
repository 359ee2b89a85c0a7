"""The run form from an ended job and from a pasted line, with Podman's errors beside fields."""

import json
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from dashboard.pages.run.from_job import field_of
from hosts.access import Person
from hosts.actions.run import run_container, run_fields
from hosts.models import Job, ObjectLock
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

pytestmark = pytest.mark.each_database("looks into JSON: labels, results and parameters")

__all__ = ["hosts"]

RUN, PASTE = "/containers/run/", "/containers/run/paste/"
CANARY = "canary-4711-must-not-show"


@pytest.fixture
def job(cast: Cast, hosts: Hosts, who_of: Any) -> Any:
    """A run that failed, with everything in it."""
    params = {
        "image": "quay.io/team/shop:1",
        "name": "shop",
        "command": ["sh", "-c", "echo 'a  b'"],
        "ports": [run_fields.port("127.0.0.1:8000-8002:80-82/udp"), run_fields.port("99")],
        "volumes": [run_fields.volume("db:/data:Z,noexec"), run_fields.volume("/srv:/srv:ro")],
        "restart": "on-failure",
        "restart_tries": 3,
        "memory_bytes": 512 * 1024**2,
        "cpus": 0.5,
        "pids": 100,
        "labels": {"a": "b=c"},
        "pull": "always",
        "interactive": True,
    }
    person = Person(cast.bob, who_of(cast.bob))
    made = run_container.ask(person, hosts.seal.pk, params=params, env={"KEY": CANARY})
    Job.objects.filter(pk=made.pk).update(
        state="failed", error="that name is already in use", finished_at=timezone.now()
    )
    made.refresh_from_db()
    return made


def test_again_asks_for_the_same(cast: Cast, browser_of: Any, hosts: Hosts, job: Any) -> None:
    browser = browser_of(cast.bob)
    answer = browser.get(RUN, {"again": job.pk})
    page = answer.content.decode()
    assert CANARY not in page
    draft = answer.context["draft"]
    assert draft.notes["environment"].tone == "warn"
    assert draft.notes["name"].text == "Podman's message: that name is already in use"
    # what the page shows, sent as it stands
    data: dict[str, Any] = {
        name: value for name, value in draft.form.initial.items() if value not in (None, False)
    }
    for kind, rows in (("ports", draft.ports), ("volumes", draft.volumes)):
        data[f"{kind}_key"] = [row.key for row in rows]
        for name in rows[0].texts:
            data[f"{kind}_{name}"] = [row.texts[name] for row in rows]
    browser.send(RUN, data)
    again = Job.objects.latest("pk")
    assert again.pk != job.pk
    assert again.endpoint == hosts.seal
    assert again.params == job.params


def test_others_see_the_form_but_not_an_invisible_job(
    cast: Cast, browser_of: Any, hosts: Hosts, job: Any
) -> None:
    assert browser_of(cast.alice).get(RUN, {"again": job.pk}).status_code == 200
    assert browser_of(cast.alice).get(RUN, {"again": job.pk + 1000}).status_code == 404
    assert browser_of(cast.charlie).get(RUN, {"again": job.pk}).status_code == 403


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("that name is already in use", "name"),
        ('creating container storage: the container name "x" is already in use by abc', "name"),
        ("10.0.0.1:5000/x:1: unauthorized: authentication required", "image"),
        ("quay.io/x:9: image not known", "image"),
        ("rootlessport listen tcp 0.0.0.0:80: bind: permission denied", "ports"),
        ("cannot listen on the TCP port: listen tcp4 :80: bind: address already in use", "ports"),
        ("statfs /nowhere: no such file or directory", "volumes"),
        ("unable to find network with name or ID back: network not found", "network"),
        ("no pod with name or ID p found: no such pod", "pod"),
        ("crun: executable file `nope` not found in $PATH: No such file or directory", "command"),
        ("database is locked", ""),
    ],
)
def test_podmans_words_find_their_field(words: str, field: str) -> None:
    assert field_of(words) == field


def test_a_pasted_line_becomes_fields(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    line = (
        f"podman run -d --shiny --env-host --cap-add NET_ADMIN --init -e KEY={CANARY} -p 1:2:3:4 "
        "-p 80:80 -v db:/d:U,noexec --systemd maybe x"
    )
    answer = browser_of(cast.bob).send(PASTE, {"line": line})
    read = json.loads(answer.content)
    assert "no-store" in answer.headers["Cache-Control"]
    assert read["fields"]["image"] == "x"
    assert read["left_out"][0] == "The form has no field for --shiny, --systemd maybe."
    assert read["left_out"][1].startswith("--env-host: ")
    assert (read["fields"]["cap_add"], read["ticks"]["init"]) == ("NET_ADMIN", True)
    assert read["ports"][0]["inner"] == "1:2:3:4"
    assert (read["ports"][1]["host"], read["ports"][1]["inner"]) == ("80", "80")
    assert read["volumes"][0] == {
        "source": "db",
        "target": "/d",
        "access": "",
        "relabel": "",
        "owner": "U",
        "more": "noexec",
    }


def test_what_is_no_line_is_said(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    answer = browser_of(cast.bob).send(PASTE, {"line": "rm -rf /"})
    assert answer.status_code == 422
    assert "podman run" in json.loads(answer.content)["problem"]


@pytest.mark.parametrize(
    ("verb", "made", "leads_to"),
    [
        ("container.recreate", {"kind": "container", "id": "b" * 64, "replaced": "a" * 64}, "b"),
        ("container.commit", {"kind": "image", "id": "sha256:" + "c" * 64}, "c"),
        ("container.restart", {}, "a"),
    ],
)
def test_a_job_leads_to_what_it_made(
    cast: Cast, browser_of: Any, job: Any, verb: str, made: dict[str, str], leads_to: str
) -> None:
    job.verb, job.state, job.error, job.result = verb, "ok", "", made
    job.object_id = "a" * 64
    job.save()
    page = browser_of(cast.bob).get(f"/jobs/{job.pk}/").content.decode()
    kind = made.get("kind", "container")
    assert f'href="/{kind}s/{job.endpoint_id}/{leads_to * 64}/"' in page
    assert f"Open the {kind}" in page


def form_of(answer: Any) -> dict[str, Any]:
    """What the shown form would send."""
    draft = answer.context["draft"]
    data: dict[str, Any] = {
        name: value for name, value in draft.form.initial.items() if value not in (None, False)
    }
    for kind, rows in (("ports", draft.ports), ("volumes", draft.volumes)):
        data[f"{kind}_key"] = [row.key for row in rows]
        for name in rows[0].texts:
            data[f"{kind}_{name}"] = [row.texts[name] for row in rows]
    return data


def test_values_that_were_erased_are_missing_until_given(
    cast: Cast, browser_of: Any, hosts: Hosts, job: Any
) -> None:
    browser = browser_of(cast.bob)
    answer = browser.get(RUN, {"again": job.pk})
    page = answer.content.decode()
    assert "1 value missing" in page
    assert "Run anyway" in page
    data = form_of(answer)
    assert "1 value missing" in browser.send(f"{RUN}check/", data).content.decode()
    data["environment"] = "KEY=given"
    notes = browser.send(f"{RUN}check/", data).content.decode()
    assert "value missing" not in notes
    assert ">ready<" in notes
    assert "Run container" in notes


def test_a_taken_name_offers_to_replace_or_another(
    cast: Cast, browser_of: Any, hosts: Hosts, job: Any
) -> None:
    taken = hosts.add(hosts.seal, "container", "shop", state="running", podman_id="a" * 64)
    hosts.add(hosts.seal, "container", "shop-2", state="running")
    browser = browser_of(cast.bob)
    answer = browser.get(RUN, {"again": job.pk})
    page = answer.content.decode()
    assert "Replace shop: it is removed first" in page
    assert 'data-name-offer="shop-3"' in page
    assert answer.context["draft"].notes["name"].tone == "warn"
    data = form_of(answer) | {"environment": "KEY=given"}
    notes = browser.send(f"{RUN}check/", data).content.decode()
    assert "1 warning" in notes
    assert "Run anyway" in notes
    data["replace"] = taken.podman_id
    notes = browser.send(f"{RUN}check/", data).content.decode()
    assert ">ready<" in notes
    assert "checked" in notes.partition('id="run-replace"')[2].partition(">")[0]
    browser.send(RUN, data)
    removal, run = Job.objects.order_by("-pk")[:2]
    assert (removal.verb, removal.object_id) == ("container.remove", taken.podman_id)
    assert removal.params == {"force": True, "volumes": False}
    assert run.verb == "container.run"
    assert run.params["instead_of"] == taken.podman_id


def test_who_may_not_remove_it_is_offered_another_name(
    cast: Cast, browser_of: Any, hosts: Hosts, job: Any
) -> None:
    role = Role.objects.create(
        name="runner", verbs=["host.view", "container.view", "container.run"]
    )
    cast.bob.role = role
    cast.bob.save()
    taken = hosts.add(hosts.seal, "container", "shop", state="running", podman_id="a" * 64)
    browser = browser_of(cast.bob)
    answer = browser.get(RUN, {"again": job.pk, "replace": taken.podman_id})
    page = answer.content.decode()
    assert 'id="run-replace"' not in page
    assert 'data-name-offer="shop-2"' in page
    data = form_of(answer) | {"environment": "KEY=given", "replace": taken.podman_id}
    before = Job.objects.count()
    browser.send(RUN, data)
    assert Job.objects.count() == before + 1
    assert "instead_of" not in Job.objects.latest("pk").params


def test_a_locked_one_is_not_replaced_and_the_run_is_cancelled(
    cast: Cast, browser_of: Any, hosts: Hosts, job: Any
) -> None:
    taken = hosts.add(hosts.seal, "container", "shop", state="running", podman_id="a" * 64)
    ObjectLock.objects.create(
        kind="container",
        endpoint=hosts.seal,
        object_id=taken.podman_id,
        name="shop",
        host=hosts.seal.host,
        reason="the shop",
        locked_by_name="Alice",
    )
    browser = browser_of(cast.bob)
    answer = browser.get(RUN, {"again": job.pk})
    data = form_of(answer) | {"environment": "KEY=given", "replace": taken.podman_id}
    answer = browser.send(RUN, data)
    assert answer.status_code == 422
    assert "the shop" in answer.context["draft"].notes["endpoint"].text
    assert not Job.objects.filter(verb="container.remove").exists()
    assert Job.objects.latest("pk").state == "cancelled"


def test_a_failed_run_leads_to_what_it_left(
    cast: Cast, browser_of: Any, hosts: Hosts, job: Any
) -> None:
    left = hosts.add(hosts.seal, "container", "shop", state="created", podman_id="b" * 64)
    job.error = (
        "Port 8000 is taken by web on web1. The container was created, but does not start."
        " It was not removed."
    )
    job.result = {"kind": "container", "id": left.podman_id}
    job.save()
    browser = browser_of(cast.bob)
    page = browser.get(f"/jobs/{job.pk}/").content.decode()
    title = page.partition('class="trouble-title">')[2].partition("<")[0]
    assert title.startswith("Port 8000 is taken by web on web1.")
    assert "Open it" in page
    again = f"/containers/run/?again={job.pk}&amp;replace={left.podman_id}"
    assert again in page
    shown = browser.get(RUN, {"again": job.pk, "replace": left.podman_id})
    assert "checked" in shown.content.decode().partition('id="run-replace"')[2].partition(">")[0]
    left.gone = timezone.now()
    left.save()
    page = browser.get(f"/jobs/{job.pk}/").content.decode()
    assert "Open it" not in page
    assert "Edit and retry" in page
