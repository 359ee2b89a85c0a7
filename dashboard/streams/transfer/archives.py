"""A download as one tar, and an upload that makes named things, as a browser's forms take them."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import content_disposition_header

from dashboard.streams.transfer.handover import Handover, StreamedAnswer
from hosts.access import Person
from hosts.jobs.errand import ActionFailed
from hosts.podman import PodmanError

PLAIN = "text/plain; charset=utf-8"


def tar_download(
    request: HttpRequest,
    person: Person,
    pieces: Callable[[], AsyncGenerator[bytes, None]],
    *,
    file: str,
    failed: str,
    recheck: Callable[[Person], Any],
) -> HttpResponseBase:
    """The tar that `pieces()` yields, named `file`. `failed`: "Not saved: %s", when it cannot begin."""

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        parts = pieces()
        try:
            first = await anext(parts, b"")
        except (PodmanError, ActionFailed) as error:
            await parts.aclose()
            return HttpResponse(failed % error.message, status=502, content_type=PLAIN)
        answer = StreamedAnswer(parts, first=first, content_type="application/x-tar")
        answer["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=file
        )
        return answer

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
    """Answers {"names": […]} of what `work` made of the body; else {"error", "cause", "cure"}.

    `words`: how Podman's error reads.
    """

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        try:
            names = await work(body)
        except ActionFailed as refused:
            return JsonResponse({"error": refused.message, "cause": refused.cause}, status=422)
        except PodmanError as error:
            return JsonResponse(words(error), status=502)
        return JsonResponse({"names": names})

    return Handover(request, carry, person=person, recheck=recheck, limit_bytes=limit_bytes())
