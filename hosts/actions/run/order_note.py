"""Haulout's note on a container about its request, protected by a keyed hash.

The note decides what a recreation makes, so nobody else may write one. The hash covers its job, endpoint
and name. The container must have the job's label, and still that name. Any other note is ignored.
"""

import hashlib
import json
from typing import Any, Final

from hosts.inventory.job_marks import JOB_LABEL, OURS, is_mark, job_of, mark

ORDER_NOTE: Final = f"{OURS}order"
# annotations are stored in several places on a host, so they must be short
MOST_NOTE: Final = 16_000


def write(texts: dict[str, str], *, job_id: int, endpoint_id: int) -> str:
    """The annotation's value. "" where it would be too long."""
    seal = mark(job_id, _what(texts, endpoint_id))
    note = json.dumps({"order": texts, "seal": seal}, ensure_ascii=False)
    return note if len(note) <= MOST_NOTE else ""


def read(found: dict[str, Any], note: str, *, endpoint_id: int) -> dict[str, str] | None:
    """The texts of a valid note on the inspected container, or None."""
    try:
        order = json.loads(note or "null")
    except (ValueError, RecursionError):
        return None
    texts = order.get("order") if isinstance(order, dict) else None
    if not isinstance(texts, dict) or not all(isinstance(one, str) for one in texts.values()):
        return None
    job_id = job_of(str(order.get("seal")), _what(texts, endpoint_id))
    config = found.get("Config")
    labels = config.get("Labels") if isinstance(config, dict) else None
    label = labels.get(JOB_LABEL) if isinstance(labels, dict) else None
    if job_id is None or not is_mark(str(label), job_id):
        return None
    named = texts.get("name")
    return texts if not named or named == found.get("Name") else None


def _what(texts: dict[str, str], endpoint_id: int) -> str:
    whole = json.dumps(texts, sort_keys=True).encode()
    return f"order {endpoint_id} {hashlib.sha256(whole).hexdigest()}"
