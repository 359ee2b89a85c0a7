"""A field that no builder knows never passes where a rule applies, whatever it is called or holds."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from hosts.guardrails import from_kube, from_spec, kube_fields, spec_fields
from hosts.guardrails.judge import Rule, judge
from hosts.guardrails.proposal import Proposal
from hosts.guardrails.verdict import Severity
from tests.hosts.guardrails import escalations as data

WARNS = [Rule("no privileged", "privileged", {}, Severity.WARN)]
values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner),
    max_leaves=6,
)
names = some.text(min_size=1, max_size=30)


def refused(proposal: Proposal, name: str) -> bool:
    """Even where all rules only warn, and by its name."""
    stops = judge(WARNS, proposal).blocking
    return any(name[:150] in one.field for one in stops)


@given(names, values)
@settings(max_examples=300, deadline=None)
def test_in_a_spec(name: str, value: Any) -> None:
    known = {field.casefold() for field in spec_fields.CONTAINER}
    proposal = from_spec.container("container.run", {**data.SPEC, name: value})
    assert name.casefold() in known or refused(proposal, name)


@given(names, values)
@settings(max_examples=200, deadline=None)
def test_in_a_pod(name: str, value: Any) -> None:
    known = {field.casefold() for field in spec_fields.POD}
    proposal = from_spec.pod("pod.create", {**data.POD, name: value})
    assert name.casefold() in known or refused(proposal, name)


@given(names, values)
@settings(max_examples=200, deadline=None)
def test_in_a_container_of_a_kube_file(name: str, value: Any) -> None:
    known = {field.casefold() for field in kube_fields.CONTAINER}
    container = {**data.KUBE["spec"]["containers"][0], name: value}
    document = {**data.KUBE, "spec": {**data.KUBE["spec"], "containers": [container]}}
    proposal = from_kube.kube("kube.play", [document])
    assert name.casefold() in known or refused(proposal, name)


@given(some.dictionaries(some.sampled_from(sorted(spec_fields.CONTAINER)), values, max_size=8))
@settings(max_examples=400, deadline=None)
def test_no_value_breaks_a_builder(spec: dict[str, Any]) -> None:
    """Whatever stands in a known field: there is a verdict, and no error of ours."""
    verdict = judge(data.RULES, from_spec.container("container.run", spec))
    assert verdict.rules == len(data.RULES)


@given(some.dictionaries(some.sampled_from(sorted(kube_fields.POD)), values, max_size=6))
@settings(max_examples=300, deadline=None)
def test_no_value_breaks_the_builder_of_kube_files(spec: dict[str, Any]) -> None:
    document = {**data.KUBE, "spec": spec}
    verdict = judge(data.RULES, from_kube.kube("kube.play", [document]))
    assert verdict.rules == len(data.RULES)


def test_a_rule_of_its_own_lets_some_pass_and_others_not() -> None:
    rules = [Rule("new things", "unknown_fields", {"allow": ["known_to_us"]}, Severity.ASK)]
    spec = {**data.SPEC, "known_to_us": 1, "nobody_knows": 1}
    verdict = judge(rules, from_spec.container("container.run", spec))
    assert [(one.field, one.severity) for one in verdict.findings] == [
        ("nobody_knows", Severity.ASK)
    ]


def test_a_name_with_a_letter_that_only_some_podmans_fold() -> None:
    """Podman 5 takes it for labels, Podman 6 leaves it out: neither reading may be relied on."""
    spec = {key: value for key, value in data.SPEC.items() if key != "labels"}
    proposal = from_spec.container("container.run", {**spec, "label\u017f": {"team": "shop"}})
    assert refused(proposal, "label\u017f")
    # and it is judged by the one that could harm
    others = {key: value for key, value in data.SPEC.items() if key != "devices"}
    given = {**others, "device\u017f": [{"path": "/dev/sda"}]}
    found = judge(data.RULES, from_spec.container("container.run", given)).blocking
    assert "no devices" in {one.rule for one in found}
