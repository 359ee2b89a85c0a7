"""The YAML that is sent to Podman: a plan's documents with the job's label, or names to take down.

By the label a broken try is found again.
"""

from collections.abc import Mapping
from typing import Any

from hosts.actions.creation import with_job_label
from hosts.actions.kube.kube_plan import KubePlan
from hosts.actions.kube.kube_yaml import dump
from hosts.guardrails.kube_fields import WITH_TEMPLATE


def as_sent(plan: KubePlan) -> bytes:
    """The plan's documents as YAML, without a label of ours: of what no job makes."""
    return dump(document.content for document in plan.documents)


def with_job_labels(plan: KubePlan, *, job_id: int) -> bytes:
    """The plan's documents as YAML. Podman gives a pod the labels of its metadata."""
    made = []
    for document in plan.documents:
        content = document.content
        if content["kind"] == "Pod":
            content = _with_label(content, job_id)
        elif content["kind"] in WITH_TEMPLATE:
            spec = content["spec"]
            content = {
                **content,
                "spec": {**spec, "template": _with_label(spec["template"], job_id)},
            }
        made.append(content)
    return dump(made)


def _with_label(holder: dict[str, Any], job_id: int) -> dict[str, Any]:
    metadata = holder.get("metadata", {})
    return {
        **holder,
        "metadata": {**metadata, "labels": with_job_label(metadata.get("labels", {}), job_id)},
    }


def names_only(goes: Mapping[str, list[str]]) -> bytes:
    """YAML that names what Podman takes down: `goes` by pod, volume and secret."""
    kinds = {"pod": "Pod", "secret": "Secret", "volume": "PersistentVolumeClaim"}
    return dump(
        {"apiVersion": "v1", "kind": kinds[kind], "metadata": {"name": name}}
        for kind in kinds
        for name in goes.get(kind, [])
    )
