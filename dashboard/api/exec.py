"""A command in a container, for programs: the terminal of the pages, that ends with its socket."""

import asyncio
from typing import Any, ClassVar

from django.utils import timezone
from ninja.errors import AuthenticationError

from dashboard.api.recheck import still
from dashboard.streams.terminals.consumer import MOST_EARLY_BYTES, TerminalConsumer
from hosts.access import NotVisible


class ExecConsumer(TerminalConsumer):
    """/api/v1/containers/<endpoint>/<container>/exec, in the words of TerminalConsumer. The last
    message is `ended` with the exit code, or `refused`; then it is closed.
    """

    # until it has joined; nobody comes back to what a program left
    GRACE_S: ClassVar[float | None] = 1.0

    def _authorise(self) -> None:
        try:
            self.person = still(self.person, self.scope["token"])
        except AuthenticationError:
            raise NotVisible from None
        super()._authorise()

    async def run(self) -> None:
        """As long as the command, the program and its token."""
        left_s = (self.scope["token"].expires_at - timezone.now()).total_seconds()
        try:
            async with asyncio.timeout(left_s):
                await super().run()
        except TimeoutError:
            self.close_code = self.WITHDRAWN
        finally:
            if self.session is not None:
                self.session.stop("withdrawn" if self.close_code == self.WITHDRAWN else "closed")

    async def received_bytes(self, data: bytes) -> None:
        """What is typed. A program waits for `open` with more than a little: nothing is left out."""
        if self.viewer is None and len(self._early) + len(data) > MOST_EARLY_BYTES:
            raise ValueError
        await super().received_bytes(data)

    async def send_json(self, message: dict[str, Any]) -> None:
        """After the ending there is nothing to come."""
        await super().send_json(message)
        if message["type"] == "ended":
            await self.end(1000)
