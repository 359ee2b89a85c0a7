"""The run form filled from a job, with Podman's error beside the field that it is about."""

import re
from typing import Any

from dashboard.pages.run.rows import Row, port_row, volume_row
from hosts.actions.run.run_spec import texts_of
from hosts.actions.run.table import FIELDS, Kind
from hosts.models import Job

# patterns of Podman's errors, most specific first
_FIELDS = (
    ("name", r"name .* (is )?already in use|that name is already"),
    ("image", r"manifest unknown|unauthorized|access denied|pull|registry|no such image"),
    ("network", r"find network|network .*not found|no such network"),
    ("image", r"image not known|unable to find a name|not a valid image|short-name"),
    ("pod", r"\bpod\b"),
    (
        "ports",
        r"address already in use|bind: |port .* (allocated|in use)|cannot expose|rootlessport",
    ),
    ("volumes", r"statfs|mount|volume|no such file or directory.*source|relabel|chcon"),
    ("userns", r"user namespace|userns|keep-id|subuid|subgid|id mapping"),
    ("network", r"network|netavark|cni|pasta|slirp"),
    ("memory", r"memory"),
    ("cpus", r"\bcpus?\b|cfs"),
    ("pids", r"\bpids?\b"),
    ("command", r"executable file|exec:|entrypoint|no command|permission denied"),
)


def initial(job: Job) -> dict[str, Any]:
    """Initial values of the form. Variables have names only."""
    names = job.params.get("env_names", [])
    return initial_of(texts_of(job.params)) | {
        "endpoint": job.endpoint_id,
        "environment": "".join(f"{name}=\n" for name in names),
    }


def initial_of(texts: dict[str, str]) -> dict[str, Any]:
    """Initial values from texts by field."""
    return {
        name: text == "on" if FIELDS[name].kind is Kind.TICK else text
        for name, text in texts.items()
        if name in FIELDS and name not in ("ports", "volumes")
    } | {name: texts.get(name) or first for name, first in (("restart", "no"), ("pull", "missing"))}


def port_rows(job: Job) -> list[Row]:
    return [port_row(value) for value in job.params.get("ports", [])]


def volume_rows(job: Job) -> list[Row]:
    return [volume_row(value) for value in job.params.get("volumes", [])]


def field_of(refusal: str) -> str:
    """The field that Podman's error is about; "" when it names none."""
    words = refusal.lower()
    return next((name for name, pattern in _FIELDS if re.search(pattern, words)), "")
