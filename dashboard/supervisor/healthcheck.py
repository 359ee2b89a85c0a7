"""`python -m dashboard.supervisor.healthcheck`: is this container's process well? For docker-compose.yaml.

Without Django, which would cost a second of processor time at each check. Exit status 0 or 1, and a line why.
"""

import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable

import redis

from dashboard.env import Env, read
from dashboard.supervisor.pulse import ENDS_S, GATE_KEY, PULSE_KEY, SENT_ENDS_S, SENT_KEY
from hosts.link.sockets import control_socket

TIMEOUT_S = 4.0


def _web(env: Env) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{env.port}/healthz", timeout=TIMEOUT_S):
            return ""
    except (OSError, urllib.error.URLError) as error:
        return f"no answer on port {env.port}: {error}"


def _link(env: Env) -> str:
    path = control_socket(env.run)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(TIMEOUT_S)
        try:
            client.connect(str(path))
        except OSError as error:
            return f"{path} takes no connection: {error}"
    return ""


def _worker(env: Env) -> str:
    return _key(env, f"{PULSE_KEY}{socket.gethostname()}:*", f"no sign of life for {ENDS_S} s")


def _gate(env: Env) -> str:
    return _key(env, f"{GATE_KEY}{socket.gethostname()}:*", f"no sign of life for {ENDS_S} s")


def _beat(env: Env) -> str:
    # the key names no machine: one beat is enough
    return _key(env, SENT_KEY, f"sent nothing in the last {SENT_ENDS_S} s")


def _key(env: Env, pattern: str, missing: str) -> str:
    """ "" where Redis has a key like `pattern`; each ends by itself where nobody writes it anew."""
    client = redis.Redis.from_url(
        env.redis_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )
    try:
        found = next(client.scan_iter(pattern), None)
    except redis.RedisError as error:
        return f"Redis does not answer: {error}"
    finally:
        client.close()
    return "" if found else missing


CHECKS: dict[str, Callable[[Env], str]] = {
    "web": _web,
    "link": _link,
    "worker": _worker,
    "beat": _beat,
    "gate": _gate,
}


def main() -> int:
    """0 where the process that HAULOUT_PROCESS names is well; one without a check is."""
    env = read()
    check = CHECKS.get(env.process)
    why = check(env) if check else ""
    if why:
        sys.stderr.write(f"{why}\n")
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main())
