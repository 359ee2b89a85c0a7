"""The API put together: version 1."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router

from dashboard.api import problems
from dashboard.api.artifacts import router as artifacts
from dashboard.api.audit_log import router as auditing
from dashboard.api.bearer import Bearer
from dashboard.api.connections import router as connecting
from dashboard.api.description import description
from dashboard.api.events import router as events
from dashboard.api.files import router as files
from dashboard.api.follow_logs import router as following
from dashboard.api.follow_stats import router as stats
from dashboard.api.hosts import router as hosts
from dashboard.api.images import router as images
from dashboard.api.inventory import router as reading
from dashboard.api.jobs import router as jobs
from dashboard.api.manage.decisions import router as decisions
from dashboard.api.manage.groups import router as groups
from dashboard.api.manage.locks import router as locks
from dashboard.api.manage.people import router as people
from dashboard.api.manage.registries import router as registries
from dashboard.api.manage.rules import router as rules
from dashboard.api.manifest_lists import router as manifest_lists
from dashboard.api.parsers import StrictJson
from dashboard.api.prune import router as pruning
from dashboard.api.verbs import router as verbs
from dashboard.middleware import API
from hosts.access import NotVisible


class Api(NinjaAPI):
    """Django Ninja's, which says of each job and of all that is made where it is."""

    def create_response(self, request: HttpRequest, data: Any, **given: Any) -> HttpResponse:
        """With `Location` where it is 201 or 202."""
        response = super().create_response(request, data, **given)
        if response.status_code == 202:
            job = f"jobs/{data['id']}" if "id" in data else f"jobs?q=batch:{data['batch']}"
            response["Location"] = f"{API}{job}"
        elif response.status_code == 201:
            response["Location"] = f"{request.path}/{data['id']}"
        return response


api = Api(
    title="Haulout",
    version="1",
    description=(
        "Rights, jobs and audit log are the same as for the pages. Send a token as "
        "`Authorization: Bearer haulout_…`."
    ),
    urls_namespace="api-v1",
    auth=Bearer(),
    docs_url=None,
    openapi_url=None,
    parser=StrictJson(),
)
problems.register(api)
rest = Router()


@rest.get("/openapi.json", auth=None, include_in_schema=False)
def openapi(request: HttpRequest) -> Any:
    """The API's description, for everybody: it says nothing of what is here."""
    return description(api)


@rest.api_operation(
    ["GET", "POST", "PUT", "PATCH", "DELETE"], "/{path:rest}", include_in_schema=False
)
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Whatever else: not there, and strangers are not told so."""
    raise NotVisible


# the last one takes what no other does
ROUTERS = (
    *(reading, connecting, events, stats, following, files, images, jobs, pruning, verbs, auditing),
    *(artifacts, manifest_lists),
    *(hosts, groups, locks, rules, registries, decisions, people, rest),
)
for router in ROUTERS:
    api.add_router("", router)
