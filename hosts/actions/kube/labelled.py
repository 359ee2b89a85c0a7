"""The file with our label on every pod, by which a broken try is found again; with no others of ours."""

import yaml

from hosts.actions.kube.kube_plan import WITH_PODS, KubePlan
from hosts.actions.making import with_job
from hosts.inventory.job_marks import without_ours


def labelled(plan: KubePlan, *, job_id: int) -> bytes:
    """The documents of the plan as YAML; Podman gives a pod the labels of its metadata."""
    made = []
    for document in plan.documents:
        content = document.content
        if content.get("kind") == "Pod":
            _label(content, job_id)
        else:
            _label(content)
        if content.get("kind") in WITH_PODS:
            _label(content["spec"]["template"], job_id)
        made.append(content)
    return yaml.safe_dump_all(made, sort_keys=False).encode()


def _label(holder: dict[str, object], job_id: int | None = None) -> None:
    given = holder.get("metadata")
    metadata = dict(given) if isinstance(given, dict) else {}
    labels = metadata.get("labels")
    own = {str(k): str(v) for k, v in labels.items()} if isinstance(labels, dict) else {}
    own = without_ours(own)
    if job_id is not None:
        own = with_job(own, job_id)
    if own or "labels" in metadata:
        holder["metadata"] = {**metadata, "labels": own}
