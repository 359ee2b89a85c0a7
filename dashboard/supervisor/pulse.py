"""Signs of life of workers and gates: keys in Redis that end by themselves. Read by /readyz."""

import logging
import os
import socket
import threading

import redis

PULSE_KEY = "haulout:pulse:worker:"
GATE_KEY = "haulout:pulse:gate:"
# beat's: it was able to send something just now
SENT_KEY = "haulout:pulse:beat"
SENT_ENDS_S = 45
EVERY_S = 4.0
ENDS_S = 12
log = logging.getLogger(__name__)


def beat(redis_url: str, prefix: str, stopped: threading.Event) -> None:
    """Write the key until `stopped`; Redis being away is borne and tried again."""
    key = f"{prefix}{socket.gethostname()}:{os.getpid()}"
    client = redis.Redis.from_url(redis_url, socket_timeout=3, socket_connect_timeout=3)
    while True:
        try:
            client.set(key, 1, ex=ENDS_S)
        except redis.RedisError:
            log.debug("no Redis to write the pulse to")
        if stopped.wait(EVERY_S):
            break
    try:
        client.delete(key)
    except redis.RedisError:
        log.debug("no Redis to end the pulse in")
    client.close()


def start(redis_url: str, prefix: str = PULSE_KEY) -> threading.Event:
    """Start the pulse in a thread of its own; set the returned event to end it."""
    stopped = threading.Event()
    args = (redis_url, prefix, stopped)
    threading.Thread(target=beat, args=args, name="pulse", daemon=True).start()
    return stopped
