"""S3: a key that stands twice, in two spellings or the same, is refused at every depth, rule or no rule."""

import json
from typing import Any

import pytest

from hosts.guardrails import GuardrailRefused, Severity, check, from_request, from_spec
from hosts.guardrails.judge import Rule, judge
from hosts.guardrails.privileged import privileged_field
from hosts.guardrails.reader import refuse_duplicate_keys
from hosts.refusals import Refusal
from tests import make

IMAGE = "quay.io/x/y:1"
SPECS: dict[str, dict[str, Any]] = {
    "privileged": {"privileged": True, "Privileged": False},
    "privileged, the other way": {"Privileged": False, "privileged": True},
    "folded": {"uſer": "1000", "user": "0"},
    "deep": {"netns": {"nsmode": "host", "NSMode": "none"}},
    "in a list": {"mounts": [{"source": "/", "Source": "/srv", "destination": "/x"}]},
    "deeper": {"resource_limits": {"memory": {"limit": 1, "Limit": 2}}},
}


@pytest.mark.parametrize("name", SPECS)
def test_it_is_refused_where_no_rule_applies(name: str) -> None:
    verdict = judge([], from_spec.container("container.run", {"image": IMAGE, **SPECS[name]}))
    assert verdict.worst is Severity.REFUSE
    assert "two spellings" in verdict.sentence()


def test_privileged_in_one_of_two_spellings_is_privileged() -> None:
    for spec in (SPECS["privileged"], SPECS["privileged, the other way"]):
        assert privileged_field(from_spec.container("container.run", spec)) == "privileged"


def test_pods_and_builds_are_read_alike() -> None:
    assert judge([], from_spec.pod("pod.create", {"name": "a", "Name": "b"})).blocking
    twice = {"networkmode": "host", "NetworkMode": "none"}
    assert judge([], from_request.build("image.build", twice, text="FROM x")).blocking


def test_a_rule_for_unknown_fields_lets_none_pass() -> None:
    rule = Rule("all may pass", "unknown_fields", {"allow": ["*"]})
    assert judge([rule], from_spec.container("container.run", SPECS["privileged"])).blocking


def test_labels_are_data() -> None:
    spec = {"image": IMAGE, "labels": {"a": "1", "A": "2"}}
    assert judge([], from_spec.container("container.run", spec)).findings == ()


def test_json_with_the_same_key_twice_is_none() -> None:
    for text in ('{"a": 1, "a": 2}', '{"b": [{"a": {"c": 1, "c": 1}}]}'):
        with pytest.raises(Refusal, match="twice"):
            json.loads(text, object_pairs_hook=refuse_duplicate_keys)
    assert json.loads('{"a": 1, "A": 2}', object_pairs_hook=refuse_duplicate_keys) == {
        "a": 1,
        "A": 2,
    }


@pytest.mark.django_db
def test_the_worker_refuses_it_without_any_rule(cast: Any) -> None:
    endpoint = make.endpoint("web1", socket="/run/podman.sock")
    verdict = check(endpoint, from_spec.container("container.run", SPECS["privileged"]))
    assert "refuses it (Privileged)" in str(GuardrailRefused(verdict))
