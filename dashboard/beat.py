"""Beat's scheduler: Celery's own, on a schedule that counts seconds as they pass (`steady`)."""

from datetime import timedelta
from typing import Any, Final

import redis
import structlog
from celery.beat import PersistentScheduler

from dashboard.steady import now
from dashboard.supervisor.pulse import SENT_ENDS_S, SENT_KEY

_ASK_S: Final = 3
# a clock that is kept in step by NTP
_SLACK: Final = timedelta(seconds=5)
log = structlog.get_logger(__name__)


class SteadyScheduler(PersistentScheduler):
    """Celery's own, which takes nothing for done that lies ahead, and says when it has sent."""

    def setup_schedule(self) -> None:
        """What an earlier beat wrote down under a clock that was ahead is due now."""
        super().setup_schedule()
        for entry in self.schedule.values():
            if entry.last_run_at is not None and entry.last_run_at > now() + _SLACK:
                log.warning("the clock was set back", task=entry.task, last=entry.last_run_at)
                entry.last_run_at = now() - timedelta(days=1)

    def apply_async(self, entry: Any, *args: Any, **kwargs: Any) -> Any:
        """Send one, and let /readyz know. Raises what Celery does where Redis is away."""
        sent = super().apply_async(entry, *args, **kwargs)
        self.tell()
        return sent

    def tell(self) -> None:
        """Something was sent just now."""
        from django.conf import settings

        try:
            with redis.Redis.from_url(
                settings.REDIS_URL, socket_timeout=_ASK_S, socket_connect_timeout=_ASK_S
            ) as client:
                client.set(SENT_KEY, 1, ex=SENT_ENDS_S)
        except redis.RedisError:
            log.debug("no Redis to say in that beat sends")
