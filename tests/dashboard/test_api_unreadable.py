"""What cannot be read is said to be so; a fault of ours is one, with a trace in the log."""

from typing import Any

import pytest

from hosts.actions.images import pull_image
from tests.cast import Cast
from tests.dashboard.api_cast import make_caller
from tests.two_teams import Fleet

UNREADABLE = [
    "a: [",
    "a: \x07",
    "- a",
    "kind: Pod\nmetadata: 7",
    "a: &b [*b]",
    "%YAML 9.9\n---\na: 1",
]


@pytest.mark.parametrize("verb", ["play", "down"])
@pytest.mark.parametrize("text", UNREADABLE)
def test_a_kube_file_that_cannot_be_read(
    fleet: Fleet, cast: Cast, entries: Any, text: str, verb: str
) -> None:
    answer = make_caller(cast.bob).post(f"/kube/{verb}", {"endpoint": fleet.root1.pk, "text": text})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "text"
    assert "Traceback" not in answer.content.decode()
    assert not list(entries(f"kube.{verb}"))


def test_half_a_letter_is_no_text(fleet: Fleet, cast: Cast) -> None:
    caller = make_caller(cast.bob)
    body = b'{"endpoint": %d, "text": "\\ud800"}' % fleet.root1.pk
    answer = caller.client.post(
        "/api/v1/kube/play", body, content_type="application/json", **caller.headers
    )
    assert answer.status_code in (400, 422)


def pulled(cast: Cast, fleet: Fleet, *, raises: bool = True) -> Any:
    reference = "docker.io/library/nginx:1"
    caller = make_caller(cast.bob)
    caller.client.raise_request_exception = raises
    return caller.post("/images/pull", {"endpoint": fleet.root1.pk, "reference": reference})


def test_a_fault_of_ours_is_no_422(
    fleet: Fleet, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: Any, **_named: Any) -> Any:
        return b"\xff".decode()

    monkeypatch.setattr(pull_image, "ask_job", broken)
    with pytest.raises(UnicodeDecodeError):
        pulled(cast, fleet)


def test_what_python_refuses_is_a_fault_of_ours(
    fleet: Fleet, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """A number that is none, somewhere within: 500 without a word of it, and the trace in the log."""

    def broken(*_given: Any, **_named: Any) -> Any:
        return int("inner words")

    monkeypatch.setattr(pull_image, "ask_job", broken)
    answer = pulled(cast, fleet, raises=False)
    assert answer.status_code == 500
    assert "inner words" not in answer.content.decode()
    [record] = [one for one in caplog.records if one.exc_info]
    assert record.exc_info[0] is ValueError


def test_a_refusal_is_told_in_its_words(fleet: Fleet, cast: Cast) -> None:
    answer = make_caller(cast.bob).post(
        "/images/pull", {"endpoint": fleet.root1.pk, "reference": "docker.io/library/Nginx:1"}
    )
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:haulout:problem:invalid"
    assert answer.json()["detail"] == "Write the name of an image in lower case."
