"""Celery's side of the worker: a message is a piece of work, done when its jobs have ended."""

import logging
from typing import Any

from celery import bootsteps, shared_task
from celery.exceptions import Reject

from hosts.actions import ACTIONS
from hosts.chores import CHORES
from hosts.jobs.lease import UNHEARD_S
from hosts.jobs.loop import WorkerLoop

log = logging.getLogger(__name__)
_loops: list[WorkerLoop] = []


class JobLoop(bootsteps.StartStopStep):
    """The loop that carries out jobs, as a part of Celery's worker. It works without a broker too.

    It stops after the consumer of messages, and before the threads that wait for the loop.
    """

    requires = ("celery.worker.components:Pool",)

    def start(self, worker: Any) -> None:
        """Serve the queues that this worker consumes."""
        loop = WorkerLoop(ACTIONS, list(worker.app.amqp.queues.consume_from), CHORES)
        loop.start()
        _loops.append(loop)
        log.info("worker %s takes jobs of %s", loop.name, ", ".join(sorted(loop.queues)))

    def stop(self, worker: Any) -> None:  # noqa: ARG002 - as in the base
        """Give back jobs that do not end soon."""
        while _loops:
            _loops.pop().stop()

    def terminate(self, worker: Any) -> None:
        """The same when the worker has to hurry."""
        self.stop(worker)


@shared_task(name="hosts.carry_out")
def carry_out(*given: object, **named: object) -> None:
    """Carry out the jobs of these ids, and end when they have ended.

    A claim decides who does a job, so a second delivery is harmless. Where this worker ends first,
    the message goes back to its queue.
    """
    ids = _ids(given, named)
    if not all(done.result() for done in [loop.hand_over(ids) for loop in _loops]):
        raise Reject("this worker ends", requeue=True)


def _ids(given: tuple[object, ...], named: dict[str, object]) -> list[int]:
    ids = given[0] if len(given) == 1 and not named else named.get("job_ids")
    if isinstance(ids, list) and all(type(one) is int for one in ids):
        return ids
    log.warning(
        "a message of another version (%s): its jobs are found by their rows within %d s",
        repr((given, named))[:300],
        UNHEARD_S + 10,
    )
    return []


@shared_task(name="hosts.chore")
def chore(name: str) -> None:
    """Do a chore where it is due and no worker does it (hosts.chores)."""
    for loop in _loops:
        loop.chores.do(name, asked=True)
