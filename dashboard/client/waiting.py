"""Jobs are waited for: what they say meanwhile, and how they ended."""

from __future__ import annotations

import sys
from typing import Any

from .failure import INTERRUPTED, WAITS_FOR_APPROVAL, Failure
from .server import Server

# how often what it says is looked at, where somebody watches
LOOK_S = 1
WAIT_S = 60


def finish(server: Server, job: Any, *, patient: bool = False) -> Any:
    """The job as it ended well. Failure with its error, by Ctrl-C, and where it waits for a person;
    `patient` waits for the person too.
    """
    number, watched = job["id"], sys.stderr.isatty()
    told = ""
    try:
        while not job["ended"]:
            if job["state"] == "held" and not patient:
                words = f"Job {number} waits until a second person approves it."
                raise Failure(
                    words, f"Wait for it: haulout jobs follow {number}", WAITS_FOR_APPROVAL
                )
            job = server.get(f"/jobs/{number}", wait=LOOK_S if watched else WAIT_S)
            line = progress_of(job) if watched and not job["ended"] else ""
            if line != told:
                sys.stderr.write(f"\r\x1b[K{line}")
                sys.stderr.flush()
                told = line
    except KeyboardInterrupt:
        words = f"Job {number} goes on."
        raise Failure(words, f"haulout jobs cancel {number} ends it.", INTERRUPTED) from None
    finally:
        if told:
            sys.stderr.write("\r\x1b[K")
    return well(job)


def well(job: Any) -> Any:
    """The ended job itself. Failure where it did not end well."""
    if job["state"] == "ok":
        return job
    words = job["error"] or f"Job {job['id']} ended as {job['state']}."
    cause = job["cause"] if job["cause"] != job["error"] else ""
    raise Failure(words, cause or f"See: haulout jobs show {job['id']}")


def progress_of(job: Any) -> str:
    """One line: the layers of a pull, or the state."""
    layers = job["progress"].get("layers") or []
    if layers:
        done = sum(1 for one in layers if one.get("total") and one.get("current") == one["total"])
        mib = sum(int(one.get("current") or 0) for one in layers) / 2**20
        return f"job {job['id']}: {done} of {len(layers)} layers, {mib:.1f} MiB"
    return f"job {job['id']}: {job['state']}"
