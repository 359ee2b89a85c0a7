"""A proposal as one number: an approval counts for exactly what was approved."""

import hashlib
import json
from dataclasses import asdict

from hosts.guardrails.proposed import Proposed

# ours, and given only once the job has its number
_OWN_LABEL = "io.haulout.job"


def digest(proposed: Proposed) -> str:
    """64 hex digits. The same for what the form proposed and what the worker sends, if they agree."""
    told = asdict(proposed)
    for part in told["parts"]:
        part["labels"].pop(_OWN_LABEL, None)
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
