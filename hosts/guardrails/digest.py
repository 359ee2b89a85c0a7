"""A proposal as a hash, and as lines to read. An approval is valid for exactly this hash."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from hosts.guardrails import masked
from hosts.guardrails.proposal import Part, Proposal

# Haulout's own label, set only when the job has its number
_OWN_LABEL = "io.haulout.job"


def digest(proposal: Proposal) -> str:
    """64 hex digits. The form and the worker get the same hash for the same proposal."""
    content = asdict(replace(proposal, written=None))
    del content["written"]
    # only with a text, so that older digests stay equal
    if text := proposal.text:
        content["text"] = text
    for part in content["parts"]:
        part["labels"].pop(_OWN_LABEL, None)
        if not part["names"]:
            # absent if empty, so that older digests stay equal
            del part["names"]
        # locks judge existing images, not rules
        del part["pulled"]
    whole = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(whole.encode()).hexdigest()


def facts(proposal: Proposal) -> list[dict[str, Any]]:
    """The parts as JSON: {"what", "name", "lines": [[subject, value], …]}. Without environment, and labels
    by name only: their values may be secret.
    """
    return [
        {"what": part.what.value, "name": part.name, "lines": _lines(part)}
        for part in proposal.parts
    ]


def _lines(part: Part) -> list[list[str]]:
    found = [["image", masked.image(fact.value)] for fact in (*part.images, *part.origins)]
    found += [["name", masked.image(fact.value)] for fact in part.names]
    found += [["privileged", "yes"]] if part.privileged else []
    found += [["namespace", f"{one.name}: {one.value or one.mode}"] for one in part.spaces]
    found += [["capability", fact.value] for fact in part.capabilities]
    found += [["device", fact.value] for fact in part.devices]
    found += [["security option", fact.value] for fact in part.security]
    for mount in part.mounts:
        given = ", ".join(masked.option(one) for one in mount.options)
        options = f" ({given})" if given else ""
        found.append(["mount", f"{mount.type} {mount.source} → {mount.target}{options}"])
    found += [
        ["port", f"{port.address}:{port.first}" if port.address else str(port.first)]
        for port in part.ports
    ]
    found += [["limit", _limit(name, value)] for name, value in sorted(part.limits.items())]
    found += [["user", part.user.value]] if part.user else []
    found += [["label", name] for name in sorted(part.labels) if name != _OWN_LABEL]
    return found


def _limit(name: str, value: float) -> str:
    if value <= 0:
        return f"{name} 0"
    return f"{name} {value / 2**20:g} MiB" if name == "memory" else f"{name} {value:g}"
