"""Log lines that people and machines read. Never a secret, never a request body."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_ONE_TIME_LINK = re.compile(r"(/(?:welcome|invite|reset)/)[\w-]{16,}")


def hide_links(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Cut the token out of one-time links: Django logs the path of what it refuses."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _ONE_TIME_LINK.sub(r"\1…", value)
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(config: dict[str, Any]) -> None:
    """Send everything to stderr, one line an event; the supervisor keeps the files."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_links,
                structlog.processors.KeyValueRenderer(
                    key_order=["timestamp", "level", "logger", "event"], drop_missing=True
                ),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("asyncssh", "daphne", "aiohttp.access", "django.channels.server", "kombu"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
