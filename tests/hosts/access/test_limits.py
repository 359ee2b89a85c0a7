"""Limits of tokens, counted in Redis for all processes, and here alone while it is away."""

from typing import Any

import pytest

from hosts.access import limits as found
from tests.dashboard.live.conftest import valkey

__all__ = ["valkey"]


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module with nothing counted yet, and one window for the whole test."""
    found._client.cache_clear()
    found._here.clear()
    monkeypatch.setattr(found, "_rests_until", 0.0)
    monkeypatch.setattr(found, "PER_WINDOW", 2)
    monkeypatch.setattr(found, "GUESSES", 2)
    monkeypatch.setattr(found, "WINDOW_S", 10**9)
    monkeypatch.setattr(found, "GUESS_WINDOW_S", 10**9)
    yield found
    found._client.cache_clear()


def use_up(limits: Any, token: int, address: str) -> None:
    quotas = [limits.use(token) for _request in range(3)]
    assert [quota.left for quota in quotas] == [1, 0, 0]
    quotas[1].require()
    with pytest.raises(limits.TooManyRequests):
        quotas[2].require()
    limits.use(token + 1).require()
    for _guess in range(2):
        limits.may_guess(address)
        limits.guessed(address)
    with pytest.raises(limits.TooManyRequests) as refused:
        limits.may_guess(address)
    assert refused.value.retry_s >= 1
    limits.may_guess(f"{address}0")


def test_counted_together_in_redis(valkey: Any, limits: Any) -> None:
    use_up(limits, 1, "192.0.2.1")
    assert limits._here == {}
    # another process would see the same
    assert limits._client().keys("haulout:limit:token:1:*")


def test_counted_alone_while_redis_is_away(
    limits: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    monkeypatch.setattr(limits, "REST_S", 10**9)
    use_up(limits, 1, "192.0.2.1")
    assert limits._here
