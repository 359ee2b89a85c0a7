"""Sealed parameters of a job that its approver may ask to see, and how they are written.

Sealed parameters of other verbs (secret values, volume passwords) are never shown.
"""

import json
from collections.abc import Callable, Mapping

from hosts.models import Job

SHOW = "guardrail.show"
ENVIRONMENT, ARGUMENTS, FILE, REQUEST = "environment", "arguments", "file", "request"


def _pairs(values: Mapping[str, str]) -> str:
    return "\n".join(f"{name}={value}" for name, value in sorted(values.items()))


_RUN: dict[str, Callable[[str], str]] = {ENVIRONMENT: lambda text: _pairs(json.loads(text))}
# by verb and field: makes the shown text of the opened seal
SEALED: dict[str, dict[str, Callable[[str], str]]] = {
    "container.run": _RUN,
    "container.create": _RUN,
    "container.recreate": _RUN,
    "kube.play": {FILE: str},
    "image.build": {
        FILE: lambda text: str(json.loads(text)["text"]),
        ARGUMENTS: lambda text: _pairs(json.loads(text)["arguments"]),
    },
}


def _body(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        # a kube file
        return text


# of a request through the gate, whatever its verb: its body
_CLIENT: dict[str, Callable[[str], str]] = {REQUEST: _body}
# their parameters are not sealed, but hidden where they look like a secret
RUNS = ("container.run", "container.create", "container.recreate")


def sealed_fields(job: Job) -> dict[str, Callable[[str], str]]:
    """What may be shown of its seal, by field."""
    return _CLIENT if job.by_client else SEALED.get(job.verb, {})
