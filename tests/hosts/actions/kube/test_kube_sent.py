"""What reaches Podman of a kube file is what was judged, read as Podman's Go reads it."""

import copy
import json
from collections.abc import Iterable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from hosts.actions.kube.kube_documents import names_only, with_job_labels
from hosts.actions.kube.kube_plan import plan_of
from hosts.actions.kube.kube_yaml import YamlRefused, dump, read
from hosts.guardrails import from_kube, kube_fields
from hosts.inventory.job_marks import JOB_LABEL

KELVIN, LONG_S = "\u212a", "\u017f"
POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "shop", "labels": {"app": "shop"}, "annotations": {"a.example/b": "c"}},
    "spec": {
        "hostPID": False,
        "tolerations": [{"key": "x"}],
        "containers": [
            {
                "name": "front",
                "image": "quay.io/x/y:1",
                "command": ["sleep", "9"],
                "securityContext": {"privileged": False, "capabilities": {"drop": ["ALL"]}},
                "resources": {"limits": {"memory": "64Mi"}},
                "volumeMounts": [{"name": "goods", "mountPath": "/goods"}],
            }
        ],
        "volumes": [
            {"name": "goods", "persistentVolumeClaim": {"claimName": "stock"}},
            {"name": "conf", "configMap": {"name": "settings"}},
        ],
    },
}


def text_of(document: Any) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def as_go_does(value: Any, fields: Any) -> Any:
    """What encoding/json makes of a value: names folded, the last of two wins, others left out."""
    if isinstance(fields, dict):
        names = {name.casefold(): name for name in fields}
        found: dict[str, Any] = {}
        for key, inner in value.items():
            name = names.get(key.casefold())
            if name is None or fields[name] is kube_fields.IGNORED:
                continue
            found.pop(name, None)
            if inner is not None:
                found[name] = as_go_does(inner, fields[name])
        return found
    if isinstance(fields, list):
        return [as_go_does(item, fields[0]) for item in value]
    return value


def sent(text: str) -> list[Any]:
    return list(yaml.safe_load_all(with_job_labels(plan_of(text), job_id=7)))


def judged(text: str) -> Any:
    plan = plan_of(text)
    return from_kube.kube("kube.play", [one.content for one in plan.documents]).parts


def test_names_are_sent_as_they_are_truly_spelt() -> None:
    odd = f"""
apiVersion: v1
{KELVIN}ind: Pod
METADATA: {{NAME: shop}}
Spec:
  hostpid: true
  containers:
  - Name: front
    IMAGE: quay.io/x/y:1
    {LONG_S}ecurityContext: {{Privileged: true}}
"""
    (pod,) = sent(odd)
    (container,) = pod["spec"]["containers"]
    assert pod["kind"] == "Pod"
    assert pod["spec"]["hostPID"] is True
    assert container["securityContext"] == {"privileged": True}
    [of_pod, of_container] = judged(odd)
    assert of_pod.spaces
    assert of_container.privileged


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("spec:\n  containers: [{name: a, image: quay.io/x/y, Image: quay.io/x/z}]\n", 5),
        ("spec:\n  containers:\n  - name: a\n    securityContext:\n      privileged: true\n"
         "      Privileged: false\n    image: quay.io/x/y\n", 9),
        (f"spec:\n  containers: []\n  container{LONG_S}: []\n", 6),
        ("metadata: {Name: b, NAME: c}\nspec: {}\n", 4),
        ("x: &x {privileged: true}\nspec:\n  containers:\n  - name: a\n    image: quay.io/x/y\n"
         "    securityContext: {<<: *x, Privileged: false}\n", 9),
    ],
)  # fmt: skip
def test_two_spellings_are_refused_at_every_depth(text: str, line: int) -> None:
    head = "apiVersion: v1\nkind: Pod\n" + ("" if "metadata" in text else "metadata: {name: a}\n")
    with pytest.raises(YamlRefused, match="twice") as refused:
        plan_of(head + text)
    assert refused.value.line == line - ("metadata" in text)


def test_what_nobody_knows_is_said_and_not_sent() -> None:
    document = copy.deepcopy(POD)
    document["spec"]["newPower"] = True
    document["spec"]["containers"][0]["livenessProbe"] = {"exec": {"command": ["x"], "as": "root"}}
    plan = plan_of(text_of(document))
    assert [path for path, _line in plan.unknown] == [
        "spec.containers[0].livenessProbe.exec.as",
        "spec.newPower",
    ]
    (pod,) = sent(text_of(document))
    assert "newPower" not in json.dumps(pod)
    assert pod["spec"]["containers"][0]["livenessProbe"] == {"exec": {"command": ["x"]}}
    # nor what Podman does not read
    assert "tolerations" not in pod["spec"]


def test_kinds_that_podman_leaves_out_are_not_sent() -> None:
    service = "---\nkind: Service\nmetadata: {name: shop}\n"
    assert [one["kind"] for one in sent(text_of(POD) + service)] == ["Pod"]


@pytest.mark.parametrize("key", ["items", "Items", "ITEMS", f"item{LONG_S}"])
def test_items_of_a_list_in_any_spelling(key: str) -> None:
    """S2: Podman took down what stood in `Items`, while `items` was looked at."""
    listed = text_of({"apiVersion": "v1", "kind": "List", key: [POD]})
    plan = plan_of(listed)
    assert plan.names("pod") == ["shop"]
    assert plan.documents[0].line_of("metadata", "name") == 7
    with pytest.raises(YamlRefused):
        plan_of(f"{listed}iTems: []\n")


def test_taking_down_names_what_was_judged_and_nothing_else() -> None:
    plan = plan_of(
        f"{text_of(POD)}---\n{{kind: Secret, metadata: {{name: pin}}, data: {{pin: bWluZQ==}}}}\n"
        "---\n{kind: PersistentVolumeClaim, metadata: {name: more}}\n"
    )
    goes = plan.goes(volumes=True)
    # of a Pod Podman removes the volumes of its claims, and those that it filled for it
    assert sorted(goes["volume"]) == ["more", "settings", "stock"]
    documents = list(yaml.safe_load_all(names_only(goes)))
    assert all(set(one) == {"apiVersion", "kind", "metadata"} for one in documents)
    assert sorted((one["kind"], one["metadata"]["name"]) for one in documents) == [
        ("PersistentVolumeClaim", "more"),
        ("PersistentVolumeClaim", "settings"),
        ("PersistentVolumeClaim", "stock"),
        ("Pod", "shop"),
        ("Secret", "pin"),
    ]
    assert plan.goes(volumes=False)["volume"] == []


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
@pytest.mark.parametrize("name", ["../../run/x", "a/../../x", "/etc/x", ".."])
def test_no_file_leaves_its_volume(kind: str, name: str) -> None:
    """Podman 5.4.2 writes /etc/cron.d/x for `../../../../../etc/cron.d/x`, by `data` and by `items`."""
    holder = {"kind": kind, "metadata": {"name": "conf"}}
    with pytest.raises(YamlRefused, match="outside"):
        plan_of(f"{text_of(POD)}---\n{text_of({**holder, 'data': {name: 'eA=='}})}")
    document = copy.deepcopy(POD)
    source: dict[str, Any] = (
        {"configMap": {"name": "c"}} if kind == "ConfigMap" else {"secret": {"secretName": "c"}}
    )
    items = [{"key": "a", "path": name}]
    for value in source.values():
        value["items"] = items
    document["spec"]["volumes"] = [{"name": "goods", **source}]
    with pytest.raises(YamlRefused, match="outside"):
        plan_of(text_of(document))


SCALARS = ["yes", "No", "0o17", "0x1F", "1_000", "22:30", "2001-01-01", "1e3", ".inf", "~",
           "<<", "0777", "null", "True", "1.0", "\u2028", "\x7f", "a: b", "# c", "\U0001f600", "'", '"',
]  # fmt: skip


@pytest.mark.parametrize("scalar", SCALARS)
def test_a_text_is_a_text_to_every_reader(scalar: str) -> None:
    document = {"kind": "Pod", "spec": {scalar: scalar}}
    said = dump([document])
    for loader in (yaml.SafeLoader, yaml.BaseLoader, yaml.CSafeLoader):
        assert yaml.load(said, Loader=loader) == document
    assert read(said.decode())[0].content == document


def test_a_number_is_a_text_where_a_text_stands() -> None:
    """A pod called 0o17 would be another one to a reader of YAML 1.2."""
    (pod,) = sent(text_of(POD).replace("name: shop", "name: 0o17", 1))
    assert pod["metadata"]["name"] == "15"
    assert plan_of(text_of(POD).replace("name: shop", "name: 0o17", 1)).names("pod") == ["15"]


def odd(word: str, shape: int) -> str:
    """Another spelling that Go takes for the same."""
    ways = (
        str,
        str.upper,
        str.lower,
        str.swapcase,
        lambda one: one.replace("k", KELVIN, 1),
        lambda one: one.replace("s", LONG_S, 1),
    )
    return str(ways[shape % len(ways)](word))


def places(value: Any, fields: Any, at: tuple[Any, ...] = ()) -> Iterable[tuple[Any, ...]]:
    """Of every field in a document."""
    if isinstance(fields, dict) and isinstance(value, dict):
        for key, inner in value.items():
            yield (*at, key)
            yield from places(inner, fields.get(key), (*at, key))
    elif isinstance(fields, list) and isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, fields[0], (*at, number))


EXTRA: list[tuple[tuple[Any, ...], Any]] = [
    (("spec", "containers", 0, "securityContext", "privileged"), True),
    (("spec", "containers", 0, "volumeMounts", 0, "mountPath"), "/x:O,upperdir=/etc,workdir=/w"),
    (("spec", "containers", 0, "volumeMounts", 0, "mountPath"), "/x:rshared"),
    (("spec", "containers", 0, "resources", "limits"), {"Memory": "9Gi", "memory": "1.5Gi"}),
    (("spec", "hostNetwork"), True),
    (("metadata", "annotations"), {"run.oci.handler": "krun", "bind-mount-options": "/a:rshared"}),
    (("spec", "volumes", 0), {"name": "goods", "hostPath": {"path": "/etc"}}),
]
PLACES = list(places(POD, kube_fields.DOCUMENTS["Pod"]))
edits = some.lists(
    some.tuples(some.sampled_from(["odd", "doubled", "extra", "unknown", "null"]),
                some.integers(0, 10_000), some.integers(0, 10_000)),
    max_size=5,
)  # fmt: skip


def changed(how: list[tuple[str, int, int]], *, workload: bool) -> Any:
    document: Any = copy.deepcopy(POD)
    for what, where, value in how:
        path = PLACES[where % len(PLACES)]
        put: Any = None
        if what == "extra":
            path, put = EXTRA[where % len(EXTRA)]
        here = document
        try:
            for part in path[:-1]:
                here = here[part]
            last = path[-1]
            if what == "extra":
                here[last] = put
            elif what == "odd":
                here[odd(last, value)] = here.pop(last)
            elif what == "doubled":
                here[odd(last, value)] = copy.deepcopy(here[last])
            elif what == "unknown":
                here[f"new{value}"] = {"privileged": True}
            else:
                here[last] = None
        except (KeyError, TypeError, IndexError, AttributeError):
            # an earlier change took that place away
            continue
    if not workload:
        return document
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop", "labels": {"outer": "1"}},
        "spec": {"template": {"metadata": document.get("metadata"), "spec": document.get("spec")}},
    }


def test_one_object_twice_by_an_alias_is_refused() -> None:
    aliased = yaml.safe_dump([(one := copy.deepcopy(POD)), one])
    assert "*id001" in aliased
    with pytest.raises(YamlRefused, match="already"):
        plan_of(f"kind: List\nitems:\n{aliased}")


@given(edits, some.booleans(), some.booleans())
@settings(max_examples=500, deadline=None)
def test_what_is_sent_reads_as_what_was_judged(
    how: list[tuple[str, int, int]], workload: bool, anchored: bool
) -> None:
    document = changed(how, workload=workload)
    if anchored and isinstance(document.get("metadata"), dict):
        shared = {"a.example/shared": "1"}
        document["metadata"] |= {"labels": shared, "annotations": shared}
    text = text_of(document)
    try:
        plan = plan_of(text)
    except YamlRefused:
        return
    (made,) = yaml.safe_load_all(with_job_labels(plan, job_id=7))
    fields = kube_fields.DOCUMENTS[made["kind"]]
    reads = as_go_does(made, fields)
    # nothing in it is read in another way, and nothing is left for another reader
    assert reads == made
    holder = made["spec"]["template"] if made["kind"] == "Deployment" else made
    assert holder["metadata"]["labels"].pop(JOB_LABEL)
    before = judged(text)
    for part in before:
        part.labels.pop(JOB_LABEL, None)
    assert from_kube.kube("kube.play", [made]).parts == before
    # and Go would have read the original as the same
    original = as_go_does(document, fields)
    if workload:
        # our label needs a place
        original["spec"]["template"].setdefault("metadata", {})
    holder["metadata"]["labels"] = holder["metadata"]["labels"] or None
    assert as_go_does(made, fields) == original
