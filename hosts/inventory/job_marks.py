"""The label by which a job finds again what an earlier try of it made, and nobody can write before.

An image's maker, a kube file or somebody on the host may give any label. The number of a coming job
can be guessed, so a keyed hash stands behind it: `12.5f0c…`.
"""

from typing import Final

from django.utils.crypto import constant_time_compare, salted_hmac

OURS: Final = "io.haulout."
JOB_LABEL: Final = f"{OURS}job"
_SALT: Final = "hosts.job-mark"
_HEX_DIGITS: Final = 32


def mark(job_id: int, what: str = "") -> str:
    """The value for this job; `what` is told apart by it (an object's id)."""
    said = f"{job_id} {what}"
    proof = salted_hmac(_SALT, said, algorithm="sha256").hexdigest()[:_HEX_DIGITS]
    return f"{job_id}.{proof}"


def is_mark(value: str, job_id: int, what: str = "") -> bool:
    """True when we wrote this value for that job."""
    return constant_time_compare(value, mark(job_id, what))


def job_of(value: str, what: str = "") -> int | None:
    """The job for which we wrote this value; None for anything that others wrote."""
    number = value.partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    return int(number) if is_mark(value, int(number), what) else None


def without_ours(labels: dict[str, str]) -> dict[str, str]:
    """The labels less those that are Haulout's own."""
    return {name: value for name, value in labels.items() if not name.startswith(OURS)}
