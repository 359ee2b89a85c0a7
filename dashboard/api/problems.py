"""Errors as RFC 9457 problems: `type` for programs, `detail` for people, `verb` for 403, `errors`
by field for 422.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as Malformed

from accounts.tokens import NEVER
from dashboard.furniture.link_words import link_text
from hosts.access import Denied, NotVisible
from hosts.access.limits import TooManyRequests
from hosts.actions.kube.kube_yaml import YamlRefused
from hosts.control import ControlError
from hosts.guardrails import GuardrailRefused, NeedsApproval
from hosts.podman.errors import NotFound, PodmanError, Unavailable
from hosts.refusals import FieldRefusal, Refusal

_TYPE = "application/problem+json"


class FieldError(Schema):
    """A field, and what is wrong with it."""

    field: str
    message: str


class ProblemOut(Schema):
    """What every error looks like (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
    verb: str | None = None
    errors: list[FieldError] | None = None


class Problem(Exception):
    """An error with words of its own. `kind` is the last part of its type."""

    def __init__(self, status: int, kind: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.more = status, kind, detail, more


def field_error(field: str, message: str) -> Problem:
    """422 about one field."""
    errors = [{"field": field, "message": message}]
    return Problem(422, "invalid", message, errors=errors)


def answer(
    status: int, kind: str, detail: str = "", *, headers: dict[str, str] | None = None, **more: Any
) -> HttpResponse:
    """The problem as it is sent."""
    told = {
        "type": f"urn:haulout:problem:{kind}",
        "title": _title(kind),
        "status": status,
        "detail": detail,
        **more,
    }
    response = JsonResponse(told, status=status, content_type=_TYPE)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def of_podman(error: PodmanError) -> HttpResponse:
    """What Podman did not do: 404, 503 while the host is away, else 502."""
    if isinstance(error, NotFound):
        return answer(404, "not-found", error.message)
    status = 503 if isinstance(error, Unavailable) else 502
    return answer(status, "host", error.message)


def _title(kind: str) -> str:
    known = {
        "token": _("A valid token is required"),
        "denied": _("Not permitted"),
        "not-found": _("Not found"),
        "invalid": _("The request is not valid"),
        "guardrail": _("Refused by a guardrail"),
        "approval": _("An approval is needed"),
        "too-many": _("Too many requests"),
        "host": _("The host failed"),
        "second-factor": _("A second factor is required"),
        "repeat": _("This key was used before"),
        "taken": _("The name is taken"),
        "too-large": _("Too large"),
    }
    return str(known.get(kind, _("This failed")))


def _field(place: tuple[Any, ...]) -> str:
    """As the sender calls it: without the name that our functions give to the body."""
    inner = place[2:] if place[:2] == ("body", "given") else place[1:]
    return ".".join(map(str, inner))


def _words(error: dict[str, Any]) -> str:
    return _("This field does not exist.") if error["type"] == "extra_forbidden" else error["msg"]


def register(api: NinjaAPI) -> None:  # noqa: C901 - a list of handlers
    """Let the API answer with problems, whatever was raised."""
    realm = {"WWW-Authenticate": 'Bearer realm="Haulout"'}

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: Any) -> HttpResponse:
        detail = _("Send a valid token: “Authorization: Bearer haulout_…”.")
        return answer(401, "token", detail, headers=realm)

    @api.exception_handler(NotVisible)
    @api.exception_handler(Http404)
    def absent(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(404, "not-found", _("It does not exist, or you may not see it."))

    @api.exception_handler(Denied)
    def denied(request: HttpRequest, error: Denied) -> HttpResponse:
        detail = _("Neither your rights nor this token permit %(verb)s here.")
        if error.verb in NEVER:
            detail = _("No token permits %(verb)s: a person does this in the browser.")
        return answer(403, "denied", detail % {"verb": error.verb}, verb=error.verb)

    @api.exception_handler(GuardrailRefused)
    def stopped(request: HttpRequest, error: GuardrailRefused) -> HttpResponse:
        return answer(422, "guardrail", str(error))

    @api.exception_handler(NeedsApproval)
    def needs(request: HttpRequest, error: NeedsApproval) -> HttpResponse:
        detail = _("Give a reason in the header Haulout-Reason, and the job waits for approval.")
        return answer(409, "approval", f"{error} {detail}")

    @api.exception_handler(Refusal)
    def not_taken(request: HttpRequest, error: Refusal) -> HttpResponse:
        return answer(422, "invalid", str(error))

    @api.exception_handler(FieldRefusal)
    def refused(request: HttpRequest, error: FieldRefusal) -> HttpResponse:
        errors = [{"field": error.field, "message": str(error)}]
        return answer(422, "invalid", str(error), errors=errors)

    @api.exception_handler(YamlRefused)
    def unreadable(request: HttpRequest, error: YamlRefused) -> HttpResponse:
        at = _("Line %d: ") % error.line if error.line else ""
        errors = [{"field": "text", "message": at + error.message}]
        return answer(422, "invalid", at + error.message, errors=errors)

    @api.exception_handler(Malformed)
    def malformed(request: HttpRequest, error: Malformed) -> HttpResponse:
        errors = [{"field": _field(one["loc"]), "message": _words(one)} for one in error.errors]
        return answer(422, "invalid", _("See errors."), errors=errors)

    @api.exception_handler(HttpError)
    def unread(request: HttpRequest, error: HttpError) -> HttpResponse:
        # Django Ninja's own words for a body that is no JSON
        return answer(error.status_code, "invalid", str(error))

    @api.exception_handler(ControlError)
    def unreached(request: HttpRequest, error: ControlError) -> HttpResponse:
        said = [link_text(text, error.kind).whole for text in (error.cause, error.cure)]
        status = 503 if error.kind == "link-away" else 502
        return answer(status, "host", " ".join(filter(None, said)))

    @api.exception_handler(PodmanError)
    def failed(request: HttpRequest, error: PodmanError) -> HttpResponse:
        return of_podman(error)

    @api.exception_handler(TooManyRequests)
    def limited(request: HttpRequest, error: TooManyRequests) -> HttpResponse:
        headers = {"Retry-After": str(error.retry_s)}
        return answer(429, "too-many", _("Wait before you try again."), headers=headers)

    @api.exception_handler(Problem)
    def worded(request: HttpRequest, error: Problem) -> HttpResponse:
        return answer(error.status, error.kind, error.detail, **error.more)
