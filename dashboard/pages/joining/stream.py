"""The doctor's steps as a browser reads them: one JSON line each, with the step's finished HTML."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string

from dashboard.pages.joining.told import told
from dashboard.pages.joining.words import step_title
from hosts import control
from hosts.control import ControlError, Step

log = structlog.get_logger(__name__)
# what is shown below the steps when the doctor is done: given all steps, a piece of HTML
Ending = Callable[[list[Step]], str]


def stream(patient: dict[str, Any], *, ending: Ending) -> HttpResponseBase:
    """`{"step", "html"}` for each step as it comes, at last `{"end": html}`."""
    return StreamingHttpResponse(
        _lines(patient, ending),
        content_type="application/x-ndjson",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _lines(patient: dict[str, Any], ending: Ending) -> AsyncIterator[str]:
    steps: dict[str, Step] = {}
    try:
        async for step in control.examine(patient):
            steps[step.step] = step
            if step.state == "failed":
                _note(patient, step)
            yield _line(step)
    except ControlError as error:
        broken = Step("control", "failed", cause=error.cause, cure=error.cure)
        steps[broken.step] = broken
        _note(patient, broken)
        yield _line(broken)
    html = await sync_to_async(ending, thread_sensitive=False)(list(steps.values()))
    yield json.dumps({"end": html}) + "\n"


def _note(patient: dict[str, Any], step: Step) -> None:
    whose = {name: patient[name] for name in ("login_id", "address", "user") if name in patient}
    log.info("the doctor found", step=step.step, why=step.cause, cure=step.cure, **whose)


def _line(step: Step) -> str:
    # cures are a sentence, or a command and nothing else
    command = step.cure[:1].islower()
    cause = told(step.cause)
    context = {
        "step": step,
        "title": step_title(step.step),
        "detail": told(step.detail).text,
        "cause": cause.text,
        "words": cause.words,
        "cure": told(step.cure).text,
        "command": command,
    }
    html = render_to_string("joining/step.html", context)
    return json.dumps({"step": step.step, "state": step.state, "html": html}) + "\n"


def part(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    """A piece of HTML for `{"end": …}`."""
    return render_to_string(template, context, request=request)
