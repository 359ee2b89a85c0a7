"""What makes something cannot forget to say it, and is looked at again: as its card says."""

import contextlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

import hosts.actions
from hosts.actions import ACTIONS
from hosts.actions.run import run_spec
from hosts.actions.run.pasted_line import read
from hosts.cards import SecondLook, When, cards
from hosts.guardrails import from_spec
from hosts.jobs import order_check
from hosts.jobs.errand import Errand
from hosts.jobs.order import Order
from hosts.jobs.request_guard import CheckSkipped, RequestGuard
from hosts.models import Endpoint
from hosts.refusals import Refusal
from tests.cast import Cast

DATA = Path(__file__).parent.parent / "actions" / "data"
LINES: list[dict[str, Any]] = json.loads((DATA / "run_lines.json").read_text())


def judged_at(*moments: When) -> list[str]:
    return sorted(card.verb for card in cards() if card.road.when in moments)


def looked_at(second_look: SecondLook) -> set[str]:
    return {card.verb for card in cards() if card.road.second_look is second_look}


CONFIRMED, CHANGED = looked_at(SecondLook.MADE), looked_at(SecondLook.CHANGED)


def test_what_is_streamed_has_no_job_and_what_is_judged_otherwise_has() -> None:
    assert not set(judged_at(When.STREAM)) & set(ACTIONS)
    assert set(judged_at(When.CLICK, When.WORK, When.BOTH)) <= set(ACTIONS)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", judged_at(When.CLICK, When.BOTH))
def test_an_order_without_a_proposal_is_no_order(verb: str, cast: Cast) -> None:
    order = Order(Endpoint(), "container", "", "x")
    with pytest.raises(RuntimeError, match="without what it would make"):
        order_check.require(None, verb, [order])  # type: ignore[arg-type]


@pytest.mark.parametrize("verb", judged_at(When.WORK, When.BOTH))
async def test_nothing_is_sent_by_a_worker_that_did_not_ask(verb: str) -> None:
    async def save(*_given: object) -> None:
        raise AssertionError("it was about to be sent")

    async def none() -> None:
        return None

    nothing: Any = None
    errand = Errand(
        1,
        verb,
        nothing,
        "container",
        "",
        "x",
        {},
        {},
        False,
        nothing,
        save,
        nothing,
        none,  # type: ignore[arg-type]
    )
    with pytest.raises(RuntimeError, match="without asking the guardrails"):
        await errand.about_to_send()


def test_what_makes_something_calls_the_second_look() -> None:
    """Each module that asks Podman to make something is on the road of a verb that confirms."""
    folder = Path(hosts.actions.__file__).parent
    makes = re.compile(
        r"\b(?:containers|pods|volumes|networks)\.create\(|kube\.play\(|[^_.]build\(\s+errand"
    )
    looks = re.compile(r"\b(?:at_(?:container|pod|volume|network|image|helper)|look)\(")
    making = {path for path in folder.rglob("*.py") if makes.search(path.read_text())}
    assert len(making) >= 8
    forgetful = [str(path) for path in making if not looks.search(path.read_text())]
    # a swap looks by a function of its own, which calls it
    assert forgetful == []


@pytest.mark.parametrize("verb", sorted(CONFIRMED))
def test_what_was_made_and_not_looked_at_is_not_started(verb: str) -> None:
    made = RequestGuard(verb, "own")
    for kind in ("containers", "pods"):
        one = RequestGuard(verb, "own")
        one.check_request("POST", f"/v5.0.0/libpod/{kind}/create", None)
        for start in ("start", "restart", "init", "restore"):
            with pytest.raises(CheckSkipped):
                one.check_request("POST", f"/v5.0.0/libpod/{kind}/abc/{start}", None)
            if start != "restore":
                one.check_request("POST", f"/v5.0.0/libpod/{kind}/own/{start}", None)
        with pytest.raises(CheckSkipped, match="did not look"):
            one.check_end()
        one.confirm(["abc"])
        one.check_end()
        one.check_request("POST", f"/v5.0.0/libpod/{kind}/abc/start", None)
        # what is made after that is another thing
        one.check_request("POST", f"/v5.0.0/libpod/{kind}/create", None)
        with pytest.raises(CheckSkipped):
            one.check_end()
    # also by a try that took up what a lost worker had made
    with pytest.raises(CheckSkipped):
        made.check_request("POST", "/v5.0.0/libpod/containers/abc/start", None)
    with pytest.raises(CheckSkipped):
        made.check_request("POST", "/v5.0.0/libpod/play/kube", {"start": True})
    with pytest.raises(CheckSkipped):
        made.check_request("POST", "/v5.0.0/libpod/play/kube", None)


_CHANGES = ("containers/own/update", "containers/own/restore", "networks/net/connect")


@pytest.mark.parametrize("verb", sorted(CHANGED))
@pytest.mark.parametrize("way", _CHANGES)
def test_what_was_changed_and_not_looked_at_is_a_mistake_of_ours(verb: str, way: str) -> None:
    made = RequestGuard(verb, "own")
    made.check_request("POST", f"/v5.0.0/libpod/{way}", None)
    with pytest.raises(CheckSkipped, match="did not look"):
        made.check_end()
    made.confirm(())
    made.check_end()


@pytest.mark.parametrize("verb", sorted(set(ACTIONS) - CHANGED))
def test_what_changes_nothing_cannot_change_anything(verb: str) -> None:
    for way in _CHANGES:
        with pytest.raises(CheckSkipped):
            RequestGuard(verb, "own").check_request("POST", f"/v5.0.0/libpod/{way}", None)


@pytest.mark.parametrize(
    ("way", "params"),
    [
        ("/v1.40/images/create", {"fromImage": "docker.io/nginx:1"}),
        ("/v5.0.0/libpod/build", {"t": ["docker.io/library/nginx:1", "localhost/x:1"]}),
        ("/v5.0.0/libpod/commit", {"repo": "docker.io/nginx", "tag": "1"}),
        ("/v5.0.0/libpod/images/abc/tag", {"repo": "docker.io/library/nginx", "tag": "1"}),
    ],
)
def test_no_name_is_given_before_the_locks_were_asked(way: str, params: dict[str, Any]) -> None:
    made = RequestGuard("image.build", "own")
    with pytest.raises(CheckSkipped, match="without a look at locks"):
        made.check_request("POST", way, params)
    made.allow_names(["docker.io/library/nginx:1"])
    if "t" in params:
        with pytest.raises(CheckSkipped, match="localhost/x:1"):
            made.check_request("POST", way, params)
        made.allow_names(["x:1"])
    made.check_request("POST", way, params)


@pytest.mark.parametrize("verb", sorted(set(ACTIONS) - CONFIRMED))
def test_what_makes_nothing_cannot_make_anything(verb: str) -> None:
    made = RequestGuard(verb, "own")
    for way in ("containers/create", "pods/create", "volumes/create", "networks/create", "build"):
        with pytest.raises(CheckSkipped):
            made.check_request("POST", f"/v5.0.0/libpod/{way}", None)
    made.check_request("POST", "/v5.0.0/libpod/containers/abc/start", None)
    made.check_end()


@pytest.mark.parametrize("one", LINES, ids=lambda one: one["name"])
def test_our_own_specs_hold_no_field_that_the_guardrails_do_not_know(one: dict[str, Any]) -> None:
    params: dict[str, Any] = {}
    for name, text in read(one["line"]).texts().items():
        # what a field does not take is in no spec
        with contextlib.suppress(Refusal):
            params |= run_spec.params_of({name: text})
    spec = run_spec.with_order_note(run_spec.build({"image": "", **params}, {}, job_id=1), params)
    assert not from_spec.container("container.run", spec).unknown
