"""/api/mcp: the SDK's server (streamable HTTP, without sessions) behind a token of ours.

The protocol is the SDK's, in all its versions. A request is authorised by REST's own door and handed
over to the event loop (docs/decisions/mcp-by-rest.md).
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError

from dashboard.api import problems
from dashboard.api.bearer import Bearer, person_of
from dashboard.api.recheck import person_now
from dashboard.streams.transfer.handover import Handover
from hosts.access import NotVisible, Person

LIMIT_BYTES: Final = 2**20
DOOR: Final = "mcp"
METHODS = ["GET", "POST", "DELETE"]
router = Router()


@router.api_operation(METHODS, "", include_in_schema=False)
def serve(request: HttpRequest) -> HttpResponseBase:
    """One message of the protocol, and its answer. There are no sessions to read from or to end."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    person = person_of(request)
    token: Any = request.token  # type: ignore[attr-defined]

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        sent = b"".join([piece async for piece in body])
        # the SDK takes a second to import, and most never ask
        served = await asyncio.to_thread(_import)
        status, headers, content = await served(request, person, sent)
        return HttpResponse(content, status=status, headers=headers)

    def recheck(_person: Person) -> None:
        try:
            person_now(request)
        except AuthenticationError:
            raise NotVisible from None

    return Handover(
        request,
        carry,
        person=person,
        recheck=recheck,
        until=token.expires_at,
        limit_bytes=LIMIT_BYTES,
    )


class _Bearer(Bearer):
    """REST's, with a door of its own in the log."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """As REST's."""
        person = super().authenticate(request, token)
        return person and replace(person, who=replace(person.who, door=DOOR))


def _import() -> Any:
    from dashboard.mcp.protocol import served

    return served


mcp_api = NinjaAPI(
    title="MCP",
    urls_namespace="mcp",
    auth=_Bearer(),
    docs_url=None,
    openapi_url=None,
)
problems.register(mcp_api)
mcp_api.add_router("", router)
