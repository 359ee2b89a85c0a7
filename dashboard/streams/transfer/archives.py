"""A download as one tar, and an upload that makes named things: for a browser's forms, and for programs."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import content_disposition_header

from dashboard.streams.transfer.handover import Carry, Handover, StreamedAnswer
from hosts.access import Person
from hosts.jobs.errand import ActionFailed
from hosts.podman import PodmanError

PLAIN = "text/plain; charset=utf-8"
Trouble = PodmanError | ActionFailed


def tar_of(
    pieces: Callable[[], AsyncGenerator[bytes, None]],
    *,
    file: str,
    fails: Callable[[Trouble], HttpResponse],
) -> Carry:
    """The tar that `pieces()` yields, named `file`. `fails`: the answer where it cannot begin."""

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        parts = pieces()
        try:
            first = await anext(parts, b"")
        except (PodmanError, ActionFailed) as error:
            await parts.aclose()
            return fails(error)
        answer = StreamedAnswer(parts, first=first, content_type="application/x-tar")
        answer["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=file
        )
        return answer

    return carry


def names_from(
    work: Callable[[AsyncIterator[bytes]], Awaitable[list[str]]],
    *,
    fails: Callable[[Trouble], HttpResponse],
) -> Carry:
    """Answers {"names": […]} of what `work` made of the body."""

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        try:
            names = await work(body)
        except (PodmanError, ActionFailed) as error:
            return fails(error)
        return JsonResponse({"names": names})

    return carry


def tar_download(
    request: HttpRequest,
    person: Person,
    pieces: Callable[[], AsyncGenerator[bytes, None]],
    *,
    file: str,
    failed: str,
    recheck: Callable[[Person], Any],
) -> HttpResponseBase:
    """As tar_of. `failed`: "Not saved: %s", when it cannot begin."""

    def fails(error: Trouble) -> HttpResponse:
        return HttpResponse(failed % error.message, status=502, content_type=PLAIN)

    carry = tar_of(pieces, file=file, fails=fails)
    return Handover(request, carry, person=person, recheck=recheck)


def limit_bytes() -> int:
    """The largest upload."""
    return settings.HAULOUT_UPLOAD_MIB * 2**20


def named_upload(
    request: HttpRequest,
    person: Person,
    work: Callable[[AsyncIterator[bytes]], Awaitable[list[str]]],
    *,
    words: Callable[[PodmanError], dict[str, str]],
    recheck: Callable[[Person], Any],
) -> HttpResponseBase:
    """As names_from; where it fails {"error", "cause", "cure"}. `words`: how Podman's error reads."""

    def fails(error: Trouble) -> HttpResponse:
        if isinstance(error, ActionFailed):
            return JsonResponse({"error": error.message, "cause": error.cause}, status=422)
        return JsonResponse(words(error), status=502)

    carry = names_from(work, fails=fails)
    return Handover(request, carry, person=person, recheck=recheck, limit_bytes=limit_bytes())
