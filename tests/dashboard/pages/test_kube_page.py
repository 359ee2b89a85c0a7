"""The kube page: plan before play, errors with their line, masked values."""

from typing import Any

import pytest

from hosts.actions.kube.generated_yaml import without_values
from hosts.models import Job
from tests import make
from tests.cast import Cast
from tests.hosts.jobs.conftest import vault_keys

__all__ = ["vault_keys"]

HOSTILE = "<img src=x onerror=alert(1)>"
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: shop
spec:
  containers:
  - name: front
    image: localhost/web
"""


@pytest.fixture
def endpoint(cast: Cast) -> Any:
    return make.endpoint("web1")


def send(browser: Any, endpoint: Any, text: str, do: str = "preview") -> Any:
    return browser.send("/kube/", {"endpoint": str(endpoint.pk), "text": text, "do": do})


def test_the_plan_says_what_becomes_of_it(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    page = send(browser_of(cast.bob), endpoint, POD).content.decode()
    assert "shop-front" in page
    assert "localhost/web:latest" in page
    assert 'data-fate="made"' in page
    assert not Job.objects.exists()


def test_a_taken_name_blocks_and_offers_to_take_down(
    cast: Cast, endpoint: Any, browser_of: Any
) -> None:
    make.pod(endpoint, "shop", podman_id="p")
    browser = browser_of(cast.bob)
    page = send(browser, endpoint, POD).content.decode()
    assert 'data-fate="taken"' in page
    assert 'value="down"' in page
    answer = send(browser, endpoint, POD, do="play")
    assert answer.status_code == 422
    assert "shop" in answer.content.decode()
    assert not Job.objects.exists()


def test_the_line_is_shown(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    answer = send(browser_of(cast.bob), endpoint, f"kind: Pod\nmetadata:\n  nam: {HOSTILE}\n")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-line="2"' in page
    assert HOSTILE not in page


def test_play_makes_a_job_with_the_text_sealed(
    cast: Cast, endpoint: Any, browser_of: Any, vault_keys: None
) -> None:
    text = POD + "    env: [{name: PIN, value: canary-77}]\n"
    answer = send(browser_of(cast.bob), endpoint, text, do="play")
    assert answer.status_code == 302
    job = Job.objects.get()
    assert job.verb == "kube.play"
    assert job.params["pods"] == ["shop"]
    assert "canary-77" not in str(job.params)
    assert job.sealed_params


def test_a_viewer_may_not(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    assert browser_of(cast.charlie).get("/kube/").status_code == 403
    assert send(browser_of(cast.charlie), endpoint, POD, do="play").status_code == 403


def test_values_are_hidden() -> None:
    text = (
        "kind: Pod\nspec:\n  containers:\n  - name: x\n    env:\n    - name: PIN\n      value: s3\n"
        "---\nkind: Secret\ndata:\n  pin: czM=\n"
    )
    shown = without_values(text)
    assert "PIN" in shown
    assert "s3" not in shown
    assert "czM=" not in shown


def test_a_hosts_yaml_costs_no_more_than_its_bytes() -> None:
    """Aliases of aliases would be walked once for each of their 2^40 places."""
    lines = ["a0: &a0 {env: [{name: X, value: secret}]}"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 41)]
    assert without_values("\n".join(lines)) == ""
    assert without_values("a: &a [*a]") == ""
    assert without_values("[" * 5000) == ""
