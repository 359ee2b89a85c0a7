"""Socket activation as systemd does it: keep listening, start Podman for the first caller.

Usage: wake.py SOCKET IDLE_S. The service ends after IDLE_S without a connection; the socket
stays, so that nobody is ever refused in between.
"""

import os
import select
import socket
import sys
import time


def main() -> None:
    path, idle_s = sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        os.chmod(path, 0o660)
        listener.listen(128)
        while True:
            select.select([listener], [], [])
            pid = os.fork()
            if pid == 0:
                os.dup2(listener.fileno(), 3)
                os.set_inheritable(3, True)  # dup2 of 3 to 3 would leave it closed on exec
                os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
                level = ["--log-level", "info"]  # each request in the log, as in start-podman
                os.execvp("podman", ["podman", "system", "service", *level, "--time", idle_s])
            if os.waitpid(pid, 0)[1]:
                time.sleep(0.2)  # killed or broken: no busy loop while callers wait


if __name__ == "__main__":
    main()
