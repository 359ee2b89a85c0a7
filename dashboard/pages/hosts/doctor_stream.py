"""The doctor's steps for a browser: one JSON line each, with the step's HTML.

When the person loses the right, the last line says so within 2 s.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, ClassVar

import structlog
from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from dashboard.furniture.link_words import link_text
from dashboard.pages.hosts.words import step_title
from dashboard.person import person_of
from hosts import control
from hosts.access import Person
from hosts.access.guard import guard
from hosts.access.rights_threads import in_rights_thread
from hosts.control import ControlError
from hosts.link.messages import DoctorStep

log = structlog.get_logger(__name__)
# all steps to the HTML below them
Ending = Callable[[list[DoctorStep]], str]

# raises NotVisible or Denied when the person has lost the right
Recheck = Callable[[Person], Any]


def stream(
    request: HttpRequest, patient: dict[str, Any], *, recheck: Recheck, ending: Ending
) -> HttpResponseBase:
    """JSON lines: `{"step", "state", "html"}` for each step, then `{"end": html}` or `{"withdrawn":
    text}`.
    """
    return StreamingHttpResponse(
        _Examination(request, recheck).lines(patient, ending),
        content_type="application/x-ndjson",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


class _Examination:
    """One run of the doctor, watched by the guard of streams."""

    WITHDRAWN: ClassVar[int] = 4401

    def __init__(self, request: HttpRequest, recheck: Recheck) -> None:
        self.person = person_of(request)
        self.scope = {"session_key": request.session.session_key}
        self._recheck = recheck
        self._withdrawn = asyncio.Event()
        # translated here: the event loop does not know the request's language
        self._words = _("You lost the right to do this.")

    async def authorise(self) -> None:
        """Raise NotVisible or Denied when the person has lost the right."""
        await in_rights_thread(lambda: self._recheck(self.person))

    async def end(self, code: int) -> None:
        """Called by the guard when the right is withdrawn."""
        self._withdrawn.set()

    async def lines(self, patient: dict[str, Any], ending: Ending) -> AsyncIterator[str]:
        """The JSON lines of `stream`."""
        steps: dict[str, DoctorStep] = {}
        with guard.watch(self):
            try:
                async with aclosing(self._steps(patient)) as found:
                    async for step in found:
                        steps[step.step] = step
                        if step.state == "failed":
                            _note(patient, step)
                        yield _line(step)
            except ControlError as error:
                broken = DoctorStep("control", "failed", cause=error.cause, cure=error.cure)
                steps[broken.step] = broken
                _note(patient, broken)
                yield _line(broken)
            if self._withdrawn.is_set():
                yield json.dumps({"withdrawn": self._words}) + "\n"
                return
            html = await sync_to_async(ending, thread_sensitive=False)(list(steps.values()))
            yield json.dumps({"end": html}) + "\n"

    async def _steps(self, patient: dict[str, Any]) -> AsyncGenerator[DoctorStep, None]:
        """The doctor's steps, until the right is withdrawn."""
        gone = asyncio.create_task(self._withdrawn.wait(), name="doctor withdrawn")
        try:
            async with aclosing(control.examine(patient)) as found:
                while not self._withdrawn.is_set():
                    coming = asyncio.ensure_future(anext(found, None))
                    try:
                        await asyncio.wait([coming, gone], return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        # a running generator cannot be closed
                        if not coming.done():
                            coming.cancel()
                            await asyncio.wait([coming])
                    if coming.cancelled() or (step := coming.result()) is None:
                        return
                    yield step
        finally:
            gone.cancel()


def _note(patient: dict[str, Any], step: DoctorStep) -> None:
    whose = {name: patient[name] for name in ("login_id", "address", "user") if name in patient}
    log.info("the doctor found", step=step.step, why=step.cause, cure=step.cure, **whose)


def _line(step: DoctorStep) -> str:
    # a cure is a sentence, or a bare command
    command = step.cure[:1].islower()
    cause = link_text(step.cause)
    context = {
        "step": step,
        "title": step_title(step.step),
        "detail": link_text(step.detail).text,
        "cause": cause.text,
        "words": cause.words,
        "cure": link_text(step.cure).text,
        "command": command,
    }
    html = render_to_string("hosts/step.html", context)
    return json.dumps({"step": step.step, "state": step.state, "html": html}) + "\n"


def part(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    """HTML for `{"end": …}`."""
    return render_to_string(template, context, request=request)
