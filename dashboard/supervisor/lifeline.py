"""A pipe that every child holds: when the supervisor is gone, the children end."""

import os
import signal
import threading

ENV = "HAULOUT_LIFELINE"
GRACE_S = 4.0


def hold() -> None:
    """Watch the pipe named by the environment, in a thread; without one do nothing.

    When its other end closes we send ourselves SIGTERM. After a grace our process group is killed,
    grandchildren included.
    """
    number = os.environ.get(ENV, "")
    if not number.isdigit():
        return
    threading.Thread(target=_watch, args=(int(number),), name="lifeline", daemon=True).start()


def _watch(pipe: int) -> None:
    while True:
        try:
            if os.read(pipe, 1) == b"":
                break
        except InterruptedError:
            continue
        except OSError:
            break
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE_S)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
