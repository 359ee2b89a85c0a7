"""S9: what an image is to be called is held to the images rule by every road that gives a name."""

from collections.abc import Callable

import pytest

from hosts.guardrails import Proposal, from_request
from hosts.guardrails.judge import Rule, judge

OURS, ELSEWHERE = "registry.example.org/team/web:1", "quay.io/corp/prod:1"
RULE = Rule("ours", "images", {"allow": ["registry.example.org/team"], "archives": True})
STRICT = Rule("ours", "images", {**RULE.settings, "digest": True, "refuse": ["localhost/prod"]})
Road = Callable[[str], Proposal]
ROADS: dict[str, Road] = {
    "image.build": lambda name: from_request.build(
        "image.build", {"t": ["localhost/x:1", name]}, text=f"FROM {OURS}"
    ),
    "image.tag": lambda name: from_request.images("image.tag", [OURS], called=[name]),
    "container.commit": lambda name: from_request.images("container.commit", [OURS], called=[name]),
    "image.list_create": lambda name: from_request.images(
        "image.list_create", [OURS], called=[name]
    ),
    "image.import": lambda name: from_request.archive("image.import", file="x.tar", called=[name]),
    "image.load": lambda name: from_request.image_names("image.load", [name], field="archive"),
    "image.push": lambda name: from_request.push("image.push", name),
    "artifact.push": lambda name: from_request.push("artifact.push", name),
}


@pytest.mark.parametrize("verb", ROADS)
def test_a_name_of_elsewhere_is_refused(verb: str) -> None:
    verdict = judge([RULE], ROADS[verb](ELSEWHERE))
    assert "would be named quay.io/corp/prod:1" in verdict.sentence()


@pytest.mark.parametrize("verb", ROADS)
@pytest.mark.parametrize("name", [OURS, "localhost/mine:1", "mine:1", "mine"])
def test_an_allowed_name_and_one_of_the_host_itself_pass(verb: str, name: str) -> None:
    assert judge([RULE], ROADS[verb](name)).findings == ()


@pytest.mark.parametrize("verb", ROADS)
@pytest.mark.parametrize("name", ["localhost/prod:1", "prod"])
def test_a_refused_name_is_refused_of_the_host_itself_too(verb: str, name: str) -> None:
    assert "no image may be named" in judge([STRICT], ROADS[verb](name)).findings[-1].words


def test_a_new_name_needs_no_digest() -> None:
    build = ROADS["image.build"](OURS)
    words = [one.words for one in judge([STRICT], build).findings]
    # its base does
    assert words == [f"{OURS} has no digest (@sha256:…)."]


def test_a_copied_name_says_where_an_image_is_from_too() -> None:
    copied = from_request.images("image.copy", [ELSEWHERE], called=[ELSEWHERE])
    [found] = judge([RULE], copied).findings
    assert found.words == f"{ELSEWHERE} is not from an allowed place."


def test_what_goes_to_a_registry_takes_no_name_from_an_image_of_the_host() -> None:
    assert from_request.push("image.push", OURS).given_names == []
    assert ROADS["image.tag"](OURS).given_names == [OURS]
