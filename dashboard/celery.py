"""Celery: it only wakes workers. Job rows are the truth; nothing is kept in Redis alone."""

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

    from dashboard.steady import every

    app.conf.update(
        broker_url=broker_url(settings.REDIS_URL),
        # outcomes live in job rows
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        # whoever writes to Redis must not run code in a worker, as a pickle would
        accept_content=["json"],
        result_accept_content=["json"],
        task_default_queue="short",
        task_queues=None,
        task_create_missing_queues=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        # a task hands its jobs to the worker's loop and ends at once, so nothing is redelivered for a long
        # job; what is, because a worker went, the claim makes harmless
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
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        task_send_sent_event=False,
        beat_schedule={
            "audit": {
                "task": "hosts.audit_upkeep",
                "schedule": every(60.0),
                # expires before the next one, so that a stopped worker finds no heap
                "options": {"expires": 50},
            },
            "stats": {
                "task": "hosts.thin_stats",
                "schedule": every(300.0),
                "options": {"expires": 280},
            },
            "terminals": {
                "task": "hosts.settle_terminals",
                "schedule": every(15.0),
                "options": {"expires": 14},
            },
            "access": {
                "task": "hosts.ended_access",
                "schedule": every(10.0),
                "options": {"expires": 9},
            },
            "certificates": {
                "task": "hosts.certificate_ends",
                "schedule": every(600.0),
                "options": {"expires": 580},
            },
            # a fleet that was just added should not wait an hour for good plans
            "statistics": {
                "task": "hosts.refresh_statistics",
                "schedule": every(60.0),
                "options": {"expires": 55},
            },
            "tidy": {
                "task": "hosts.tidy",
                "schedule": every(3600.0),
                "options": {"expires": 3500},
            },
        },
    )
    app.autodiscover_tasks(["hosts"])


configure()
