"""Child of bench_queues: asks for jobs as its administrator, and times restarts to their outcome.

A JSON object a line: {"restart": container, "count": n} to {"took_s": [n]}, {"pull": reference, "count": n}
to {"jobs": [ids]}, {"cancel": [ids]} to {}.
"""

import json
import sys
import time
from typing import Any

import django

LOOK_S = 0.01
GIVEN_UP_S = 60.0


def main() -> None:
    django.setup()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


def answer(order: dict[str, Any]) -> dict[str, Any]:
    from accounts.models import User
    from hosts.actions import cancel_job
    from hosts.actions.containers import restart_container
    from hosts.actions.images import pull_image
    from hosts.models import Endpoint
    from tests.fresh_person import person_of

    person, endpoint = person_of(User.objects.get()), Endpoint.objects.get().pk
    if ids := order.get("cancel"):
        for pk in ids:
            cancel_job.ask(person, pk)
        return {}
    if reference := order.get("pull"):
        jobs = [
            pull_image.ask(person, endpoint, reference=reference) for _ in range(order["count"])
        ]
        return {"jobs": [job.pk for job in jobs]}
    return {
        "took_s": [
            ended_s(lambda: restart_container.ask(person, (endpoint, order["restart"])))
            for _ in range(order["count"])
        ]
    }


def ended_s(ask: Any) -> float:
    """Seconds from asking to the end of a job, which has to end well."""
    began = time.monotonic()
    job = ask()
    while job.state in job.OPEN:
        if time.monotonic() - began > GIVEN_UP_S:
            raise SystemExit(f"job {job.pk} did not end: {job.state}")
        time.sleep(LOOK_S)
        job.refresh_from_db()
    if job.state != job.State.OK:
        raise SystemExit(f"job {job.pk}: {job.error}")
    return time.monotonic() - began


if __name__ == "__main__":
    main()
