"""Child of bench_bulk: asks for a restart of every container there is, and waits for the last outcome.

Reads one JSON object per line, {"chunk": how many of them one Celery task carries}, and answers with one.
"""

import json
import sys
import time
from typing import Any

import django

LOOK_S = 0.1
GIVEN_UP_S = 600.0


def main() -> None:
    django.setup()
    for line in sys.stdin:
        print(json.dumps(restart_all(json.loads(line)["chunk"])), flush=True)


def restart_all(chunk: int) -> dict[str, Any]:
    """Seconds until all were asked for, seconds until all had ended, how many, how many of them well."""
    from dashboard.person import console_person
    from hosts.actions.containers import restart_container
    from hosts.jobs import wake
    from hosts.models import Container, Job

    wake.CHUNK = chunk
    refs = list(
        Container.objects.filter(gone=None, state="running").values_list("endpoint_id", "podman_id")
    )
    began = time.monotonic()
    batch = restart_container.ask_many(console_person(), refs)
    asked_s = time.monotonic() - began
    while batch.jobs.filter(state__in=Job.OPEN).exists():
        if time.monotonic() - began > GIVEN_UP_S:
            break
        time.sleep(LOOK_S)
    took_s = time.monotonic() - began
    well = batch.jobs.filter(state=Job.State.OK).count()
    return {"asked_s": asked_s, "took_s": took_s, "jobs": len(refs), "ok": well}


if __name__ == "__main__":
    main()
