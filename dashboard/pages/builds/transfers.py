"""Upload of a build context, answered by the build's output, under transfer/build/."""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncGenerator, AsyncIterator

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dashboard.pages.builds.forms import BuildForm
from dashboard.person import person_of
from dashboard.streams.transfer.archives import limit_bytes
from dashboard.streams.transfer.handover import Handover, StreamedAnswer
from hosts.access import Person
from hosts.actions.builds.build_fields import BuildOrder
from hosts.actions.builds.build_upload import build_upload, buildable
from hosts.jobs.errand import ActionFailed
from hosts.models import Endpoint
from hosts.podman import PodmanError
from hosts.podman.build import BuildResult
from hosts.refusals import FieldRefusal

# the fields travel in a header: URLs end up in logs, and build arguments can be secrets
OPTIONS = "Haulout-Options"
_LIMIT = 12_000


@require_http_methods(["PUT"])
def build(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """Build from the uploaded tar. Answers JSON lines: {"line"} each, {"id"} or {"error"} last."""
    person = person_of(request)
    endpoint = buildable(person, endpoint_id)
    file = request.GET.get("file", "")[:255] or "context"
    try:
        order = _order(request.headers.get(OPTIONS, ""), endpoint)
    except FieldRefusal as refused:
        return JsonResponse({"error": refused.message}, status=400)

    limit = limit_bytes()

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        lines = build_upload(person, endpoint, body, order=order, file=file, limit_bytes=limit)
        return StreamedAnswer(
            _json_lines(lines),
            content_type="application/x-ndjson",
            says=lambda why: _json({"error": why}),
        )

    def recheck(person: Person) -> None:
        buildable(person, endpoint_id)

    return Handover(request, carry, person=person, recheck=recheck, limit_bytes=limit)


def _order(header: str, endpoint: Endpoint) -> BuildOrder:
    """The BuildOrder from the header. Raises HostRefused."""
    try:
        given = json.loads(urlsafe_b64decode(header[:_LIMIT]))
    except (ValueError, RecursionError) as wrong:
        raise FieldRefusal("text", _("The fields cannot be read.")) from wrong
    if not isinstance(given, dict):
        raise FieldRefusal("text", _("The fields cannot be read."))
    data = {str(name): str(value) for name, value in given.items()} | {"endpoint": str(endpoint.pk)}
    form = BuildForm(data, endpoints=[endpoint])
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise FieldRefusal(name, " ".join(str(one) for one in errors))
    return form.order()


async def _json_lines(
    lines: AsyncGenerator[str | BuildResult, None],
) -> AsyncGenerator[bytes, None]:
    try:
        async for line in lines:
            yield _json({"id": line.image_id} if isinstance(line, BuildResult) else {"line": line})
    except ActionFailed as failed:
        yield _json({"error": failed.message, "cause": failed.cause})
    except PodmanError as failed:
        yield _json({"error": failed.message, "cause": failed.cause})
    finally:
        await lines.aclose()


def _json(message: dict[str, str]) -> bytes:
    return json.dumps(message).encode() + b"\n"


app_name = "buildtransfers"
urlpatterns = [path("<int:endpoint_id>/", build, name="build")]
