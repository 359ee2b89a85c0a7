"""Headers of the REST door: where a job is, whether a copy still holds, how much a token has left."""

from typing import Any

import pytest

from hosts.access import limits
from hosts.models import Container, Host
from tests.cast import Cast
from tests.dashboard.api_cast import make_caller
from tests.two_teams import Fleet


@pytest.fixture(autouse=True)
def _fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in this process alone, from nothing, in one window for the whole test."""
    monkeypatch.setattr(limits, "_rests_until", float("inf"))
    monkeypatch.setattr(limits, "PER_WINDOW", 20)
    monkeypatch.setattr(limits, "WINDOW_S", 10**9)
    limits._here.clear()


def test_location_leads_to_the_job(fleet: Fleet, cast: Cast) -> None:
    bob = make_caller(cast.bob)
    for number, path in enumerate(("/stop", "/restart")):
        key = {"HTTP_IDEMPOTENCY_KEY": f"key-{number}"}
        answers = [
            bob.post(f"/containers/{fleet.root1.pk}/shop0{path}", **key) for _ in range(number + 1)
        ]
        for answer in answers:
            job = bob.get(answer["Location"].removeprefix("/api/v1"))
            assert job.json()["id"] == answer.json()["id"]
    refs = [
        {"endpoint": fleet.root1.pk, "id": "shop0"},
        {"endpoint": fleet.root2.pk, "id": "shop2"},
    ]
    many = bob.post("/bulk/containers/start", {"objects": refs})
    jobs = bob.get(many["Location"].removeprefix("/api/v1")).json()["items"]
    assert {one["id"] for one in jobs} == {one["id"] for one in many.json()["jobs"]}
    refused = make_caller(cast.bob, "look", read_only=True).post(
        f"/containers/{fleet.root1.pk}/shop0/stop"
    )
    assert "Location" not in refused


def test_what_did_not_change_is_not_sent_again(fleet: Fleet, cast: Cast) -> None:
    bob, erin = make_caller(cast.bob), make_caller(fleet.erin)
    one = f"/containers/{fleet.root1.pk}/shop0"

    def again(path: str, tag: str, by: Any = bob, **data: Any) -> Any:
        return by.get(path, data=data, HTTP_IF_NONE_MATCH=tag)

    for path in (one, "/containers"):
        first = bob.get(path)
        assert first["Cache-Control"] == "private, no-cache"
        known = again(path, first["ETag"])
        assert (known.status_code, known.content) == (304, b"")
        assert known["ETag"] == first["ETag"]
        assert again(path, f'"other", {first["ETag"]}').status_code == 304
        assert again(path, "*").status_code == 304
        assert again(path, '"other"').status_code == 200
        assert again(path, first["ETag"], by=erin).status_code in (403, 404)
        # another page, another answer
        assert again("/containers", first["ETag"], limit=2).status_code == 200
        for change in (
            lambda: Container.objects.filter(podman_id="shop0").update(revision=77),
            lambda: Host.objects.filter(pk=fleet.web1.pk).update(name="renamed"),
        ):
            change()
            changed = again(path, first["ETag"])
            assert changed.status_code == 200
            assert changed["ETag"] != first["ETag"]
            first = changed
        Container.objects.update(revision=1)
        Host.objects.filter(pk=fleet.web1.pk).update(name="web1")
    # what the token may do is part of the answer
    look = make_caller(cast.bob, "look", read_only=True)
    assert again(one, bob.get(one)["ETag"], by=look).status_code == 200


def test_each_answer_says_what_a_token_has_left(cast: Cast) -> None:
    bob = make_caller(cast.bob)
    for left, path in ((19, "/me"), (18, "/hosts/99"), (17, "/jobs?limit=x"), (16, "/none")):
        answer = bob.get(path)
        assert answer["RateLimit-Policy"] == '"token";q=20;w=1000000000'
        assert answer["RateLimit"].startswith(f'"token";r={left};t='), path
    for _request in range(17):
        last = bob.get("/me")
    assert last.status_code == 429
    assert last["RateLimit"] == f'"token";r=0;t={last["Retry-After"]}'
    assert "RateLimit" not in make_caller(cast.bob, "x").client.get("/api/v1/me")
