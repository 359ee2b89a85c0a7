"""The label by which a job finds what an earlier try made. Nobody can write it before.

An image's maker, a kube file or somebody on the host may set any label. The number of a coming job
can be guessed. So a keyed hash follows the number: `12.5f0c…`.
"""

from typing import Final

from django.utils.crypto import constant_time_compare, salted_hmac

OURS: Final = "io.haulout."
JOB_LABEL: Final = f"{OURS}job"
# what makes it the mark of an intent at the gate, which has a number but no job
AT_GATE: Final = "gate"
_SALT: Final = "hosts.job-mark"
_HEX_DIGITS: Final = 32


def mark(job_id: int, what: str = "") -> str:
    """The label's value for this job; `what` (an object's id) makes it another value."""
    said = f"{job_id} {what}"
    proof = salted_hmac(_SALT, said, algorithm="sha256").hexdigest()[:_HEX_DIGITS]
    return f"{job_id}.{proof}"


def is_mark(value: str, job_id: int, what: str = "") -> bool:
    """True when we wrote this value for that job."""
    return constant_time_compare(value, mark(job_id, what))


def job_of(value: str, what: str = "") -> int | None:
    """The job for which we wrote this value; None: others wrote it."""
    number = value.partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    return int(number) if is_mark(value, int(number), what) else None
