"""How a terminal ended: the reason for the page, and the outcome for the audit log."""

import asyncio
from dataclasses import dataclass
from typing import Any

from audit.shapes import Result
from dashboard.streams.terminals.pipe import NOT_FOUND, Pipe
from hosts.actions.containers.open_terminal import ATTACH
from hosts.podman import PodmanError
from hosts.podman.errors import Conflict, DeadlineExceeded, NotFound, Unavailable

RUNS = ("running", "stopping")
# the exit code of what was ended together with its container, or by somebody's KILL
KILLED = 137
# how often, every 100 ms, a container that may be ending is asked for its state
LOOKS = 15
# what the audit log says instead of the reason's own name
SAID = {
    "exited": "",
    "closed": "ended by its owner",
    "left": "ended, because nobody had it open",
    "withdrawn": "ended, because the right to it was lost",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """`reason`: exited, closed, left, withdrawn, no-shell, no-command, no-directory, not-running,
    paused, gone, container-ended, away, refused, failed. `words`: Podman's own.
    """

    reason: str
    result: Result
    exit_code: int | None = None
    words: str = ""

    @property
    def note(self) -> dict[str, Any]:
        """What browsers are told."""
        return {
            "type": "ended",
            "reason": self.reason,
            "exit_code": self.exit_code,
            "words": self.words,
        }

    @property
    def detail(self) -> str:
        """What the audit log says."""
        code = "" if self.exit_code is None else f"exit code {self.exit_code}"
        reason = SAID.get(self.reason, self.reason.replace("-", " "))
        words = "" if self.result is Result.OK else self.words[:300]
        return "; ".join(filter(None, (reason, code, words)))


async def refused(pipe: Pipe, error: PodmanError) -> Ending:
    """Nothing was opened: why."""
    reason = "refused"
    if isinstance(error, NotFound):
        reason = "gone"
    elif isinstance(error, Unavailable | DeadlineExceeded):
        reason = "away"
    elif isinstance(error, Conflict):
        reason = "not-running"
        try:
            if await pipe.state() == "paused":
                reason = "paused"
        except PodmanError:
            reason = "not-running"
    # an exec that may have been started and was not heard of again is the host's to end
    result = Result.UNKNOWN if pipe.exec_id and error.maybe_done else Result.FAILED
    return Ending(reason, result, words=error.message)


async def _settled_state(pipe: Pipe, exit_code: int | None) -> str:
    """The container's state; where it may just be ending, asked until Podman has noticed."""
    state = await pipe.state()
    for _ in range(LOOKS):
        if state not in RUNS or exit_code not in (None, KILLED):
            break
        await asyncio.sleep(0.1)
        state = await pipe.state()
    return state


async def after_end(
    pipe: Pipe, exit_code: int | None, words: str, *, no_shell: bool = False
) -> Ending:
    """It has ended by itself: with which code, and whether the container or the host did."""
    attached = pipe.opened.options.kind == ATTACH
    try:
        if exit_code is None:
            exit_code = await pipe.exit_code()
        state = await _settled_state(pipe, exit_code)
    except NotFound:
        return Ending("container-ended", Result.OK)
    except PodmanError as error:
        lost = Result.OK if attached else Result.UNKNOWN
        return Ending("away", lost, words=error.message)
    if state == "paused":
        return Ending("paused", Result.FAILED, words=words)
    if state not in RUNS:
        return Ending("container-ended", Result.OK, exit_code)
    if exit_code in NOT_FOUND and "chdir" in words:
        return Ending("no-directory", Result.FAILED, exit_code, words)
    if no_shell:
        return Ending("no-shell", Result.FAILED, exit_code, words)
    if exit_code in NOT_FOUND and words.startswith("Error: "):
        return Ending("no-command", Result.FAILED, exit_code, words)
    return Ending("exited", Result.OK, exit_code)
