"""The file with our label on every pod, by which a broken try is found again."""

import yaml

from hosts.actions.kube.kube_plan import WITH_PODS, KubePlan
from hosts.actions.making import with_job


def labelled(plan: KubePlan, *, job_id: int) -> bytes:
    """The documents of the plan as YAML; Podman gives a pod the labels of its metadata."""
    made = []
    for document in plan.documents:
        content = document.content
        if content.get("kind") == "Pod":
            _label(content, job_id)
        elif content.get("kind") in WITH_PODS:
            _label(content["spec"]["template"], job_id)
        made.append(content)
    return yaml.safe_dump_all(made, sort_keys=False).encode()


def _label(holder: dict[str, object], job_id: int) -> None:
    given = holder.get("metadata")
    metadata = dict(given) if isinstance(given, dict) else {}
    labels = metadata.get("labels")
    own = {str(k): str(v) for k, v in labels.items()} if isinstance(labels, dict) else {}
    holder["metadata"] = {**metadata, "labels": with_job(own, job_id)}
