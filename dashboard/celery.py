"""Celery: carries the work. Job rows are the truth; nothing is kept in Redis alone."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

app = Celery("haulout")


def broker_url(redis_url: str) -> str:
    """Celery's name for the Redis that everything else uses (unix sockets: redis+socket://)."""
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://")
    return redis_url


def configure() -> None:
    """Set from Django's settings; called once, below."""
    from django.conf import settings

    from hosts.jobs.queues import SHORT

    app.conf.update(
        broker_url=broker_url(settings.REDIS_URL),
        # outcomes live in job rows
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        # whoever writes to Redis must not run code in a worker, as a pickle would
        accept_content=["json"],
        result_accept_content=["json"],
        task_default_queue=SHORT,
        task_queues=None,
        task_create_missing_queues=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        # a task lasts as long as its jobs; one of days is delivered again, and the claim makes that
        # harmless. What a killed worker had is not waited for: rows tell of it after 30 s
        broker_transport_options={
            "visibility_timeout": 24 * 3600,
            "socket_timeout": 20,
            # a page that asks while Redis is away must not wait: workers look by themselves
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        },
        broker_connection_retry_on_startup=True,
        # for ever: jobs and chores go on without
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        task_send_sent_event=False,
    )
    app.autodiscover_tasks(["hosts"])
    app.steps["worker"].add("hosts.tasks:JobLoop")


def schedule_chores() -> None:
    """For beat, once Django is set up: ask for each chore when it is due."""
    from dashboard.uptime import every
    from hosts.chores import CHORES
    from hosts.jobs.queues import LONG

    app.conf.beat_schedule = {
        name: {
            "task": "hosts.chore",
            "args": [name],
            "schedule": every(chore.every_s),
            # expires before the next one, so that a stopped worker finds no heap
            "options": {"expires": chore.every_s * 0.9, "queue": LONG},
        }
        for name, chore in CHORES.items()
        # the others no time tells: workers look for them by themselves
        if chore.is_due is None
    }


configure()
