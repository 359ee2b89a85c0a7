"""The body of a request through the gate, in either dialect, masked."""

import json
from collections.abc import Mapping
from typing import Any

from hosts.guardrails.masked.kube import document
from hosts.guardrails.masked.limits import cut
from hosts.guardrails.masked.patterns import HIDDEN, command_looks_secret

# they are one command line
_COMMAND = ("entrypoint", "command", "cmd")
# the client's whole command line, with each value in it
_LINE = "containercreatecommand"


def request(body: Mapping[str, Any]) -> str:
    """The masked JSON of the `body` that Podman gets."""
    shown = {key: value for key, value in body.items() if key.casefold() != _LINE}
    parts = [key for key in shown if key.casefold() in _COMMAND]
    if command_looks_secret([str(one) for key in parts for one in _as_list(shown[key])]):
        shown |= dict.fromkeys(parts, HIDDEN)
    return cut(json.dumps(document(shown), indent=2, ensure_ascii=False))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
