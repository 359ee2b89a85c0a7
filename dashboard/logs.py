"""Log lines that people and machines read. Never a secret, never a request body."""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from redis import RedisError

_ONE_TIME_LINK = re.compile(r"(/(?:welcome|invite|reset)/)[\w-]{16,}")


def hide_links(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Cut the token out of one-time links: Django logs the path of what it refuses."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _ONE_TIME_LINK.sub(r"\1…", value)
    return event


class NoBells(logging.Filter):
    """Redis went away: the channel layer tries each second, and logs each try with its trace. One line
    a minute says why instead.
    """

    EVERY_S: Final = 60.0

    def __init__(self) -> None:
        super().__init__()
        self._said_at = -self.EVERY_S

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log it."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, RedisError | OSError):
            return True
        now = time.monotonic()
        if now - self._said_at < self.EVERY_S:
            return False
        self._said_at = now
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args = "Redis gives no bells, pages look by themselves: %s", (error,)
        record.exc_info = record.exc_text = None
        return True


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
    logging.getLogger("channels_redis.pubsub").addFilter(NoBells())
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
