"""Beat's scheduler: Celery's own, on a schedule that counts seconds of uptime (dashboard.uptime)."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import redis
import structlog
from celery.beat import Scheduler

from dashboard.supervisor.pulse import SENT_ENDS_S, SENT_KEY
from dashboard.uptime import now

_ASK_S: Final = 3
# a clock that is kept in step by NTP
_SLACK: Final = timedelta(seconds=5)
log = structlog.get_logger(__name__)


class UptimeScheduler(Scheduler):
    """Keeps in a JSON file when each task was last due. A time that lies ahead counts as due. Tells
    /readyz when it has sent.
    """

    def __init__(self, *args: Any, schedule_filename: str, **kwargs: Any) -> None:
        self._file = Path(schedule_filename)
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """What an earlier beat wrote down under a clock that was ahead is due now."""
        super().setup_schedule()
        for name, last in self._kept().items():
            if name not in self.schedule:
                continue
            ahead = last > now() + _SLACK
            if ahead:
                log.warning("the clock was set back", task=name, last=last)
            self.schedule[name].last_run_at = now() - timedelta(days=1) if ahead else last

    def _kept(self) -> dict[str, datetime]:
        """When each task was last due; empty where the file cannot be read, so that all are due."""
        try:
            told = json.loads(self._file.read_text())
            moments = {str(name): datetime.fromisoformat(text) for name, text in told.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("beat's file is not readable", file=str(self._file), error=str(error))
            return {}
        return {name: moment for name, moment in moments.items() if moment.tzinfo}

    def sync(self) -> None:
        """Write it down; every three minutes and at the end. A full disk stops no task."""
        last = {
            name: entry.last_run_at.isoformat()
            for name, entry in self.schedule.items()
            if entry.last_run_at is not None
        }
        draft = self._file.with_suffix(".new")
        try:
            draft.write_text(json.dumps(last))
            draft.replace(self._file)
        except OSError as error:
            log.warning("beat cannot keep its file", file=str(self._file), error=str(error))

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
            log.debug("Redis is away: beat cannot report that it runs")
