"""Django's ASGI handler, which can hand a request over to the event loop (see Handover)."""

import asyncio
import logging
from typing import Any, ClassVar

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.streams.transfer.handover import Handover, StreamedAnswer
from dashboard.streams.transfer.wire import WIRE, ClientGone, TooLarge, Wire
from hosts.access.guard import guard
from hosts.access.rights_threads import in_rights_thread
from hosts.podman import PodmanError

log = logging.getLogger(__name__)


class TransferHandler(ASGIHandler):
    """Everything but a Handover is as Django has it."""

    async def send_response(self, response: HttpResponseBase, send: Any) -> None:
        """Send it; a Handover is carried out first."""
        if isinstance(response, Handover):
            await _Transfer(response, super().send_response, send).run()
        else:
            await super().send_response(response, send)


class _Transfer:
    """One Handover under way. The guard sees it as it sees every stream."""

    WITHDRAWN: ClassVar[int] = 4401

    def __init__(self, handover: Handover, send_response: Any, send: Any) -> None:
        self.handover = handover
        self.person = handover.person
        self.scope = {"session_key": handover.session_key}
        self._wire: Wire = handover.scope["extensions"][WIRE]
        self._send_response = send_response
        self._send = send
        self._task: asyncio.Task[None] | None = None
        self._begun: HttpResponseBase | None = None
        self._withdrawn = asyncio.Event()

    async def authorise(self) -> None:
        """Raise NotVisible or Denied where the person may no longer have this."""
        await in_rights_thread(lambda: self.handover.recheck(self.person))

    async def end(self, code: int) -> None:
        """The guard ends it: the right was withdrawn."""
        self._withdraw()

    def _withdraw(self) -> None:
        self._withdrawn.set()
        if self._task is not None:
            self._task.cancel()

    async def run(self) -> None:
        """Carry it out, answer, and leave nothing half-said."""
        if self.handover.too_large:
            await self._too_large(self.handover.limit_bytes or 0)
            return
        # this request's thread waits from here on; the database connection it has does not
        await sync_to_async(connections.close_all)()
        self._task = asyncio.create_task(self._carry(), name="transfer")
        try:
            with guard.watch(self):
                await self._ends(self._task)
        except asyncio.CancelledError:
            # it is cancelled once, that it may clear up
            if not self._withdrawn.is_set():
                self._task.cancel()
            await asyncio.gather(asyncio.shield(self._task), return_exceptions=True)
            raise
        except TooLarge as large:
            await self._too_large(large.limit_bytes)
        except ClientGone:
            return
        except PodmanError as lost:
            log.info("a transfer broke off: %s", lost)
            await self._fail(502, lost.message)
        except Exception:
            # whatever fails, the browser must not take a part for the whole
            log.exception("a transfer failed")
            await self._fail(500, _("Internal error in Haulout; its log has the details."))

    async def _ends(self, task: "asyncio.Task[None]") -> None:
        """Until it is done; whoever lost the right is told so before it has cleared up."""
        if self.handover.until is not None:
            left_s = (self.handover.until - timezone.now()).total_seconds()
            over = asyncio.get_running_loop().call_later(left_s, self._withdraw)
            task.add_done_callback(lambda _task: over.cancel())
        withdrawn = asyncio.create_task(self._withdrawn.wait(), name="transfer withdrawn")
        try:
            await asyncio.wait([task, withdrawn], return_when=asyncio.FIRST_COMPLETED)
        finally:
            withdrawn.cancel()
        done = task.done() and not task.cancelled()
        if done or not self._withdrawn.is_set():
            await task
            return
        await self._fail(403, _("You lost the right to do this."))
        await asyncio.gather(asyncio.shield(task), return_exceptions=True)

    async def _carry(self) -> None:
        body = self._wire.pieces(limit_bytes=self.handover.limit_bytes)
        answer = await self.handover.carry(body)
        if not self._withdrawn.is_set():
            await self._answer(answer)

    async def _fail(self, status: int, message: str) -> None:
        if self._begun is None:
            await self._answer(self.handover.failed(status, message))
        elif isinstance(self._begun, StreamedAnswer) and self._begun.says:
            await self._send({"type": "http.response.body", "body": self._begun.says(message)})
        else:
            # what waits for a slow reader is not sent any more
            self._wire.abort()

    async def _too_large(self, limit_bytes: int) -> None:
        words = _("This is larger than the %(mib)d MiB allowed here.")
        await self._answer(self.handover.failed(413, words % {"mib": limit_bytes // 2**20}))

    async def _answer(self, answer: HttpResponseBase) -> None:
        for name, value in self.handover.items():
            if name not in ("Content-Type", "Content-Length"):
                answer.headers.setdefault(name, value)
        answer.cookies.update(self.handover.cookies)
        if not answer.streaming:
            # the browser sees the end even while we still take the rest of its body
            answer.headers.setdefault("Content-Length", str(len(answer.content)))  # type: ignore[attr-defined]
        self._begun = answer
        try:
            await self._send_response(answer, self._send)
        finally:
            if isinstance(answer, StreamedAnswer):
                await answer.parts.aclose()
