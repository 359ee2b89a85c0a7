"""What ends a command: words for whoever typed it, and the exit code."""

from __future__ import annotations

OK, FAILED, USAGE, NOT_SIGNED_IN, AWAY, WAITS_FOR_APPROVAL = 0, 1, 2, 3, 4, 5
# of `run` and `exec`, as Podman has it: what is below is the container's own
OWN_ERROR = 125
INTERRUPTED = 130


class Failure(Exception):
    """`cure`: what can be done about it, one line a step. `status`: HTTP's, 0 where there was none."""

    def __init__(
        self, message: str, cure: str = "", code: int = FAILED, *, status: int = 0
    ) -> None:
        super().__init__(message)
        self.message, self.cure, self.code, self.status = message, cure, code, status
