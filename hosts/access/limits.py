"""How often a token may be used, and how often an address may guess. Counted in Redis, for all web
processes and the gate together; while Redis is away each counts for itself.
"""

import time
from functools import cache
from threading import Lock
from typing import NamedTuple

import redis
from django.conf import settings

# of one token, counted over ten seconds so that a script may burst
WINDOW_S, PER_WINDOW = 10, 300
# the same at the gate, where one command is several requests and a compose file hundreds
GATE_PER_WINDOW = 3000
# of one address, tokens that are none
GUESS_WINDOW_S, GUESSES = 60, 20
# Redis that did not answer is left alone for so long
REST_S = 5.0
_MOST_KEPT = 10_000
_here: dict[str, int] = {}
_lock = Lock()
_rests_until = 0.0


class TooManyRequests(Exception):
    """Asked too often; `retry_s` says when it is worth trying again."""

    def __init__(self, retry_s: int) -> None:
        super().__init__(f"again in {retry_s} s")
        self.retry_s = retry_s


class Quota(NamedTuple):
    """A token may be used `most` times in `window_s` seconds, which begin anew in `reset_s`."""

    most: int
    window_s: int
    used: int
    reset_s: int

    @property
    def left(self) -> int:
        """How many requests it has left until then."""
        return max(0, self.most - self.used)

    def require(self) -> None:
        """TooManyRequests."""
        if self.used > self.most:
            raise TooManyRequests(self.reset_s)


def use(token_id: int) -> Quota:
    """Count one request of a token."""
    return _quota(f"token:{token_id}", PER_WINDOW)


def use_at_gate(token_id: int) -> None:
    """The same of one at the gate. TooManyRequests."""
    _quota(f"gate:{token_id}", GATE_PER_WINDOW).require()


def may_guess(address: str) -> None:
    """TooManyRequests once an address has sent too many tokens that are none."""
    if _count(f"guess:{address}", GUESS_WINDOW_S, add=0) >= GUESSES:
        raise TooManyRequests(_rest_of(GUESS_WINDOW_S))


def guessed(address: str) -> None:
    """Count a token that is none."""
    _count(f"guess:{address}", GUESS_WINDOW_S, add=1)


def _quota(name: str, most: int) -> Quota:
    return Quota(most, WINDOW_S, _count(name, WINDOW_S, add=1), _rest_of(WINDOW_S))


def _rest_of(window_s: int) -> int:
    return window_s - int(time.time()) % window_s


def _count(name: str, window_s: int, *, add: int) -> int:
    """How many there were in this window, with those added now."""
    key = f"haulout:limit:{name}:{int(time.time()) // window_s}"
    global _rests_until
    if time.monotonic() >= _rests_until:
        try:
            if not add:
                return int(_client().get(key) or 0)  # type: ignore[arg-type]
            with _client().pipeline(transaction=False) as pipe:
                pipe.incrby(key, add)
                pipe.expire(key, window_s + 1)
                return int(pipe.execute()[0])
        except redis.RedisError:
            _rests_until = time.monotonic() + REST_S
    with _lock:
        if len(_here) > _MOST_KEPT:
            _here.clear()
        _here[key] = _here.get(key, 0) + add
        return _here[key]


@cache
def _client() -> redis.Redis:
    # short: a limit is not worth waiting for
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2)
