"""The form of a container that is there: what stands in it, the difference, and who sees values."""

import html
import json
import re
from typing import Any

import pytest

from hosts.models import Job
from tests.cast import Cast
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import endpoint_on, vault_keys
from tests.lab.swap_cast import IMAGE, inspect, row_of

__all__ = ["endpoint_on", "vault_keys"]

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "canary-4711-must-not-show"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop(lab: Lab, clean_hosts: None, endpoint_on: Any) -> tuple[Any, dict[str, Any]]:
    """Its row's endpoint, and what inspect says."""
    host: Host = lab.hosts[0]
    host.podman(
        *(
            "create",
            "--name",
            "shop",
            "-e",
            f"KEY={CANARY}",
            "-e",
            "MODE=a",
            "-v",
            "db:/data:nosuid",
        ),
        *("-p", "18076:80", "--cap-add", "NET_ADMIN", "-m", "64m", IMAGE, "sleep", "9"),
    )
    found = inspect(host, "shop")
    endpoint = endpoint_on(host)
    row_of(endpoint, found)
    return endpoint, found


def sent(page: str) -> dict[str, Any]:
    """What the form on the page would send as it stands."""
    form = page[page.index('id="run-form"') :]
    data: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        name = given.get("name")
        ticked = given.get("type") != "checkbox" or " checked" in tag
        if name and name != "csrfmiddlewaretoken" and ticked:
            value = given.get("value", "on" if given.get("type") == "checkbox" else "")
            data.setdefault(name, []).append(html.unescape(value))
    for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>\s?(.*?)</textarea>', form, re.S):
        data[name] = [html.unescape(text)]
    for name, inner in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        data[name] = [chosen[1] if chosen else ""]
    # the spare row of a template is no part of the form
    for name in ("ports", "volumes"):
        for column in [key for key in data if key.startswith(f"{name}_")]:
            data[column] = data[column][:1]
    return data


def test_edit_and_recreate(
    cast: Cast, browser_of: Any, shop: tuple[Any, dict[str, Any]], entries: Any
) -> None:
    endpoint, found = shop
    url = f"/containers/{endpoint.pk}/{found['Id']}/recreate/"
    browser = browser_of(cast.bob)
    answer = browser.get(url)
    assert answer.context["changes"] == []
    page = answer.content.decode()
    assert CANARY not in page
    data = sent(page)
    assert data["environment"] == ["KEY\nMODE\n"]
    assert (data["memory"], data["cap_add"]) == (["64m"], ["NET_ADMIN"])
    assert (data["volumes_source"], data["volumes_more"]) == (["db"], ["nosuid"])

    answer = browser.send(f"{url}check/", data, headers=HTMX)
    assert answer.context["changes"] == []
    assert not answer.context["draft"].notes.keys() - {"volumes-" + data["volumes_key"][0]}

    data |= {"memory": ["128m"], "environment": ["KEY\nNEW=x y"], "ports_host": ["18075"]}
    answer = browser.send(f"{url}check/", data, headers=HTMX)
    changed = {str(c.label): (c.before, c.after) for c in answer.context["changes"]}
    assert changed == {
        "Memory": ("64m", "128m"),
        "Ports": ("18076:80", "18075:80"),
        "MODE": ("current value", "removed"),
        "NEW": ("", "new variable"),
    }
    assert "x y" not in answer.content.decode()

    answer = browser.send(url, data, headers=HTMX)
    job = Job.objects.get()
    assert answer.headers["HX-Redirect"] == f"/jobs/{job.pk}/"
    assert (job.verb, job.object_id) == ("container.recreate", found["Id"])
    assert (job.params["kept"], job.params["env_names"]) == (["KEY"], ["NEW"])
    assert "x y" not in json.dumps(job.params)
    assert {entry.kind for entry in entries("container.recreate")} == {"intent"}


def test_values_are_shown_to_who_asks_and_may(
    cast: Cast, browser_of: Any, shop: tuple[Any, dict[str, Any]], entries: Any
) -> None:
    endpoint, found = shop
    url = f"/containers/{endpoint.pk}/{found['Id']}/recreate/"
    assert browser_of(cast.charlie).get(url).status_code == 403
    assert browser_of(cast.charlie).send(f"{url}values/", {}).status_code == 403
    browser = browser_of(cast.bob)
    data = sent(browser.get(url).content.decode())
    answer = browser.send(f"{url}values/", {})
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.json()["text"] == f"KEY={CANARY}\nMODE=a"
    assert [entry.kind for entry in entries("container.environment")].count("event") == 1
    # values that were looked at, but left as they are, are no difference
    data["environment"] = [answer.json()["text"]]
    answer = browser.send(f"{url}check/", data, headers=HTMX)
    assert answer.context["changes"] == []


def test_duplicate(cast: Cast, browser_of: Any, shop: tuple[Any, dict[str, Any]]) -> None:
    endpoint, found = shop
    like = f"{endpoint.pk}:{found['Id']}"
    page = browser_of(cast.bob).get("/containers/run/", {"like": like}).content.decode()
    assert CANARY not in page
    data = sent(page)
    assert (data["name"], data["environment"]) == (["shop-copy"], ["KEY=\nMODE=\n"])
    assert data["volumes_source"] == ["db"]
    nobody = {"like": f"{endpoint.pk}:{'0' * 64}"}
    assert browser_of(cast.bob).get("/containers/run/", nobody).status_code == 404


def test_what_failed_stands_in_the_form_again(
    cast: Cast, browser_of: Any, shop: tuple[Any, dict[str, Any]]
) -> None:
    endpoint, found = shop
    url = f"/containers/{endpoint.pk}/{found['Id']}/recreate/"
    browser = browser_of(cast.bob)
    data = sent(browser.get(url).content.decode())
    data |= {"memory": ["128m"], "environment": ["KEY\nNEW=x y"]}
    browser.send(url, data, headers=HTMX)
    job = Job.objects.get()
    Job.objects.update(state="failed", error="It does not start.", cause="bind: address in use")
    page = browser.get(url, {"again": job.pk})
    again = sent(page.content.decode())
    assert (again["memory"], again["environment"]) == (["128m"], ["KEY\nNEW=\n"])
    changed = [str(change.label) for change in page.context["changes"]]
    assert changed == ["Memory", "MODE", "NEW"]
    said = {slot: words.text for slot, words in page.context["draft"].notes.items()}
    (port,) = (words for slot, words in said.items() if slot.startswith("ports-"))
    assert "bind: address in use" in port
    assert "enter them again" in said["environment"]
