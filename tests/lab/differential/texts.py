"""Kube files as flow YAML: keys in odd case, twice, behind anchors, with what rules forbid in them."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from tests.hosts.guardrails.escalations import KUBES, READ_OTHERWISE
from tests.lab.differential.inspected import ALLOWED, IMAGE, OTHER

KUBE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "diff", "labels": {"team": "shop"}},
    "spec": {
        "volumes": [{"name": "data", "hostPath": {"path": f"{ALLOWED}/shop"}}],
        "containers": [
            {
                "name": "web",
                "image": IMAGE,
                "command": ["sleep", "9"],
                "securityContext": {"runAsUser": 1000},
                "resources": {"limits": {"memory": "64Mi"}},
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                "ports": [{"containerPort": 80, "hostPort": 8081}],
            }
        ],
    },
}
_MAPPINGS = (
    ("metadata",),
    ("metadata", "labels"),
    ("spec",),
    ("spec", "volumes", 0),
    ("spec", "containers", 0),
    ("spec", "containers", 0, "securityContext"),
    ("spec", "containers", 0, "resources"),
    ("spec", "containers", 0, "resources", "limits"),
    ("spec", "containers", 0, "volumeMounts", 0),
    ("spec", "containers", 0, "ports", 0),
)
# laid into the mapping at a path: what a reader of another dialect could miss
_LAID: list[tuple[tuple[Any, ...], str, Any]] = [
    (("spec",), "hostNetwork", True),
    (("spec",), "hostPID", True),
    (("spec",), "hostIPC", "true"),
    (("spec",), "shareProcessNamespace", True),
    (("spec",), "hostUsers", True),
    (("spec", "containers", 0, "securityContext"), "privileged", True),
    (("spec", "containers", 0, "securityContext"), "runAsUser", 0),
    (("spec", "containers", 0, "securityContext"), "capabilities", {"add": ["SYS_ADMIN"]}),
    (("spec", "containers", 0, "securityContext"), "seLinuxOptions", {"type": "spc_t"}),
    (("spec", "containers", 0, "securityContext"), "procMount", "Unmasked"),
    (("spec", "containers", 0), "image", OTHER),
    (("spec", "containers", 0, "resources", "limits"), "memory", "2Gi"),
    (("spec", "containers", 0, "ports", 0), "hostPort", 22),
    (("spec", "volumes", 0), "hostPath", {"path": "/etc"}),
    (("spec", "volumes", 0), "emptyDir", {}),
    (("spec", "volumes", 0), "persistentVolumeClaim", {"claimName": "stock"}),
    (("spec", "containers", 0, "volumeMounts", 0), "mountPath", "/data:O,upperdir=/etc,workdir=/x"),
    (("spec", "containers", 0, "volumeMounts", 0), "mountPath", "/data:rshared"),
    (("spec", "containers", 0, "volumeMounts", 0), "mountPath", "/data:ro"),
    (("spec", "containers", 0, "volumeMounts", 0), "mountPropagation", "Bidirectional"),
    (("metadata",), "annotations", {"io.haulout.order": "{}"}),
    (("metadata",), "annotations", {"io.podman.annotations.privileged/web": "TRUE"}),
    (("metadata",), "annotations", {"io.podman.annotations.apparmor/web": "unconfined"}),
    (("metadata",), "annotations", {"io.podman.annotations.label/web": "disable"}),
    (("metadata",), "annotations", {"io.podman.annotations.volumes-from/web": "other"}),
    (("metadata",), "annotations", {"bind-mount-options": f"{ALLOWED}/shop:rshared"}),
    (("metadata",), "annotations", {"run.oci.keep_original_groups": "1"}),
    (("metadata", "labels"), "team", "other"),
    (("spec", "containers", 0), "command", ["sleep", "8"]),
    (("spec",), "restartPolicy", "Never"),
]
# and what breaks no rule: these reach Podman, in whatever spelling
_CALM: list[tuple[tuple[Any, ...], str, Any]] = [
    (("spec",), "hostname", "seal"),
    (("spec",), "hostNetwork", False),
    (("spec",), "terminationGracePeriodSeconds", 1),
    (("metadata",), "annotations", {"team": "sea"}),
    (("metadata", "labels"), "tier", "front"),
    (("spec", "containers", 0), "workingDir", "/tmp"),
    (("spec", "containers", 0), "tty", True),
    (("spec", "containers", 0), "env", [{"name": "A", "value": "b"}]),
    (("spec", "containers", 0, "securityContext"), "privileged", False),
    (("spec", "containers", 0, "securityContext"), "readOnlyRootFilesystem", True),
    (("spec", "containers", 0, "securityContext"), "allowPrivilegeEscalation", False),
    (("spec", "containers", 0, "resources", "limits"), "cpu", "500m"),
    (("spec", "containers", 0, "volumeMounts", 0), "readOnly", True),
    (("spec", "containers", 0, "volumeMounts", 0), "mountPath", "/data:ro"),
    (("spec", "containers", 0, "ports", 0), "protocol", "TCP"),
]
_FOLDED = {"k": "\u212a", "s": "\u017f"}


class Pairs(list[tuple[str, Any]]):
    """A mapping whose keys may stand twice."""


def _pairs(value: Any) -> Any:
    if isinstance(value, dict):
        return Pairs((key, _pairs(one)) for key, one in value.items())
    return [_pairs(one) for one in value] if isinstance(value, list) else value


def _at(tree: Any, path: tuple[Any, ...]) -> Pairs | None:
    for part in path:
        if isinstance(tree, Pairs):
            tree = next((value for key, value in tree if key == part), None)
        else:
            inside = isinstance(tree, list) and isinstance(part, int) and part < len(tree)
            tree = tree[part] if inside else None
    return tree if isinstance(tree, Pairs) else None


def _written(tree: Any, anchor: list[Any]) -> str:
    if isinstance(tree, Pairs):
        inside = ", ".join(f"{_key(key)}: {_written(one, anchor)}" for key, one in tree)
        mark = "&a " if anchor and tree is anchor[0] else ""
        return f"{mark}{{{inside}}}"
    if isinstance(tree, list):
        return f"[{', '.join(_written(one, anchor) for one in tree)}]"
    return str(tree) if isinstance(tree, Alias) else json.dumps(tree, ensure_ascii=False)


def _key(key: str) -> str:
    return key if key == "<<" else json.dumps(key, ensure_ascii=False)


class Alias(str):
    """Written as it is."""


@st.composite
def odd_key(draw: st.DrawFn, key: str) -> str:
    """The same name in another spelling, as Go's JSON takes it for the same."""
    how = draw(st.sampled_from(["title", "upper", "lower", "folded", "one"]))
    if how == "folded":
        return "".join(_FOLDED.get(letter, letter) for letter in key)
    if how == "one":
        at = draw(st.integers(0, len(key) - 1))
        return key[:at] + key[at].swapcase() + key[at + 1 :]
    return str(getattr(key, how)())


@st.composite
def kube_files(draw: st.DrawFn) -> str:
    """One file."""
    document = copy.deepcopy(KUBE)
    if draw(st.sampled_from([False, False, True])):
        _lay(document, draw(st.sampled_from(KUBES + READ_OTHERWISE)).give)
    tree = _pairs(document)
    laid = draw(st.lists(st.sampled_from(_CALM), max_size=2))
    if draw(st.booleans()):
        laid.append(draw(st.sampled_from(_LAID)))
    for path, key, value in laid:
        if (mapping := _at(tree, path)) is not None:
            spelt = draw(odd_key(key)) if draw(st.booleans()) else key
            at = draw(st.sampled_from([0, len(mapping)]))
            mapping.insert(at, (spelt, _pairs(value)))
    for path in draw(st.lists(st.sampled_from(_MAPPINGS), max_size=1)):
        if mapping := _at(tree, path):
            at = draw(st.integers(0, len(mapping) - 1))
            mapping[at] = (draw(odd_key(mapping[at][0])), mapping[at][1])
    return _whole(draw, tree)


def _lay(document: dict[str, Any], give: dict[str, Any]) -> None:
    for path, value in give.items():
        *outer, last = path.split(".")
        here: Any = document
        for name in outer:
            here = here[int(name)] if name.isdecimal() else here.setdefault(name, {})
        here[int(last) if last.isdecimal() else last] = copy.deepcopy(value)


def _whole(draw: st.DrawFn, tree: Pairs) -> str:
    """As it is, as a Deployment, in a List, or with one of its mappings behind an anchor."""
    shape = draw(st.sampled_from(["plain", "plain", "deployment", "list", "anchor"]))
    if shape == "list":
        key = draw(st.sampled_from(["items", "Items"]))
        inner = Pairs([("apiVersion", "v1"), ("kind", "List"), (key, [tree])])
        return _written(inner, [])
    if shape == "deployment":
        return _deployment(tree, inner_labels=draw(st.booleans()))
    container, spec = _at(tree, ("spec", "containers", 0)), _at(tree, ("spec",))
    if shape == "anchor" and container is not None and spec is not None:
        # the same again, by an alias, with one field another
        again = Pairs([("<<", Alias("*a ")), ("name", "init")])
        spec.append(("initContainers", [again]))
        return _written(tree, [container])
    return _written(tree, [])


def _deployment(tree: Pairs, *, inner_labels: bool) -> str:
    given = dict(tree)
    metadata = given.get("metadata", Pairs())
    inner = Pairs([("spec", given.get("spec", Pairs()))])
    if inner_labels:
        inner.insert(0, ("metadata", Pairs(one for one in metadata if one[0] != "name")))
    outer = Pairs([("apiVersion", "apps/v1"), ("kind", "Deployment"), ("metadata", metadata)])
    outer.append(("spec", Pairs([("template", inner)])))
    return _written(outer, [])
