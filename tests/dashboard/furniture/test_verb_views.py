"""Buttons: a POST makes one job, a GET asks first, what is not permitted does nothing."""

import json
from typing import Any

import pytest

from hosts.models import Batch, Job
from tests import make
from tests.cast import Cast

ID = "ab" * 32


@pytest.fixture
def container(cast: Cast) -> Any:
    endpoint = make.endpoint("web1")
    return make.container(endpoint, "shop", podman_id=ID, unit="shop.service")


def address(container: Any, verb: str) -> str:
    return f"/containers/{container.endpoint_id}/{ID}/{verb}/"


VERBS = ("start", "stop", "restart", "pause", "unpause", "kill", "remove")


@pytest.mark.parametrize("verb", VERBS)
def test_a_post_makes_one_job(cast: Cast, container: Any, browser_of: Any, verb: str) -> None:
    answer = browser_of(cast.bob).send(address(container, verb), headers={"HX-Request": "true"})
    assert answer.status_code == 204
    job = Job.objects.get()
    assert (job.verb, job.object_id, job.asked_by) == (f"container.{verb}", ID, cast.bob)
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert "shop" in toast["text"]
    assert toast["url"] == f"/jobs/{job.pk}/"


@pytest.mark.parametrize("verb", VERBS)
def test_a_viewer_is_refused(cast: Cast, container: Any, browser_of: Any, verb: str) -> None:
    browser = browser_of(cast.charlie)
    assert browser.send(address(container, verb)).status_code == 403
    assert browser.get(address(container, verb)).status_code == 403
    assert not Job.objects.exists()


def test_the_dialog_names_what_is_lost_and_who_owns_it(
    cast: Cast, container: Any, browser_of: Any
) -> None:
    page = browser_of(cast.bob).get(address(container, "remove")).content.decode()
    assert "Remove shop from web1?" in page
    assert "shop.service" in page
    assert 'name="force"' in page
    assert not Job.objects.exists()


def test_options_of_the_dialog_reach_the_job(cast: Cast, container: Any, browser_of: Any) -> None:
    browser_of(cast.bob).send(address(container, "remove"), {"force": "1"})
    assert Job.objects.get().params == {"force": True, "volumes": False}


def test_a_bulk_is_one_batch_and_says_what_was_left_out(
    cast: Cast, container: Any, browser_of: Any
) -> None:
    objects = [f"{container.endpoint_id}:{ID}", f"{container.endpoint_id}:gone", "x:y", "7"]
    answer = browser_of(cast.bob).send(
        "/containers/bulk/restart/", {"object": objects}, headers={"HX-Request": "true"}
    )
    batch = Batch.objects.get()
    assert [job.batch_id for job in Job.objects.all()] == [batch.pk]
    text = json.loads(answer.headers["HX-Trigger"])["toast"]["text"]
    assert text == "Restarting 1 container · 1 left out"


def test_a_bulk_dialog_lists_its_targets(cast: Cast, container: Any, browser_of: Any) -> None:
    objects = [f"{container.endpoint_id}:{ID}"]
    page = browser_of(cast.bob).get("/containers/bulk/stop/", {"object": objects}).content.decode()
    assert f'value="{objects[0]}"' in page
    assert "Stop shop on web1?" in page


def test_a_job_can_be_cancelled_and_asked_for_again(
    cast: Cast, container: Any, browser_of: Any
) -> None:
    browser = browser_of(cast.bob)
    browser.send(address(container, "restart"))
    job = Job.objects.get()
    assert browser.get(f"/jobs/{job.pk}/").status_code == 200
    browser.send(f"/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.state == "cancelled"
    answer = browser.send(f"/jobs/{job.pk}/again/")
    again = Job.objects.latest("pk")
    assert answer.headers["Location"] == f"/jobs/{again.pk}/"
    assert (again.verb, again.object_id) == (job.verb, job.object_id)
