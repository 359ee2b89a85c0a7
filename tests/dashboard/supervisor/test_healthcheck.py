"""The health checks of docker-compose.yaml, each run as a container runs it."""

import socket
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from django.conf import settings

from dashboard.beat import UptimeScheduler
from dashboard.supervisor import pulse
from tests.dashboard.live.conftest import valkey
from tests.dashboard.supervisor.healths import health_of
from tests.dashboard.supervisor.processes import until
from tests.stack import free_port

__all__ = ["valkey"]


def check(process: str, **environ: str) -> tuple[int, str]:
    return health_of(process, REDIS_URL=settings.REDIS_URL, **environ)


def test_beat_is_well_while_it_sends(valkey: Any, tmp_path: Path) -> None:
    assert check("beat") == (1, "sent nothing in the last 45 s")
    app = Celery("test", broker="memory://", set_as_current=False)
    scheduler = UptimeScheduler(app, schedule_filename=str(tmp_path / "beat.json"))
    scheduler.tell()
    assert check("beat") == (0, "")
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        # a worker's pulse is none of beat's
        client.set(f"{pulse.PULSE_KEY}{socket.gethostname()}:1", 1)
        # and this comes by itself 45 s after beat sent last
        assert 40 <= client.ttl(pulse.SENT_KEY) <= 45
        client.pexpire(pulse.SENT_KEY, 1)
        until(lambda: not client.exists(pulse.SENT_KEY), within_s=5, what="the key's end")
    assert check("beat") == (1, "sent nothing in the last 45 s")


def test_a_worker_is_well_while_its_pulse_beats(valkey: Any) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.set(f"{pulse.PULSE_KEY}another-machine:1", 1)
        client.set(pulse.SENT_KEY, 1)
    assert check("worker") == (1, "no sign of life for 12 s")
    stopped = pulse.start(settings.REDIS_URL)
    try:
        until(lambda: check("worker") == (0, ""), within_s=10, what="a worker's pulse")
    finally:
        stopped.set()


@pytest.mark.parametrize("process", ["beat", "worker"])
def test_without_redis(process: str) -> None:
    status, why = check(process)
    assert status == 1
    assert why.startswith("Redis does not answer: ")


def test_web_and_link_answer_where_they_listen(tmp_path: Path) -> None:
    port = free_port()
    status, why = check("web", HAULOUT_PORT=str(port))
    assert (status, f"no answer on port {port}" in why) == (1, True)
    status, why = check("link", HAULOUT_RUN=str(tmp_path))
    assert (status, "takes no connection" in why) == (1, True)
