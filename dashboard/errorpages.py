"""The pages for 400, 403, 404, 500 and 503: what happened, why, what to do. No inner words.

The page for a fault of ours asks neither database nor session: either may be what failed.
"""

import sys

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.api import problems
from dashboard.frame import THEMES
from dashboard.furniture.missing_rights import MissingRight, missing_of
from dashboard.person import person_of
from dashboard.toasts import toast
from hosts.access import Denied, allows

# read_only_sql_transaction: a standby, or one that was set so
READ_ONLY = "25006"


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400. A Host header that is not ours has its own cure, any other bad request another."""
    strange = type(exception).__name__ == "DisallowedHost"
    asked = request.META.get("HTTP_HOST", "")[:200] if strange else ""
    return _page(request, 400, strange_host=strange, asked=asked)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the missing verb, where, and who can give it; else the sentence of PermissionDenied."""
    if isinstance(refusal := exception.__cause__, Denied):
        missing = missing_of(request, refusal)
        return _page(request, 403, sentence=missing.sentence, missing=missing)
    return _page(request, 403, sentence=str(exception) or _("Your role does not permit this."))


def not_there(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404. What one may not see looks the same as what does not exist."""
    return _page(request, 404, manages=lambda: _manages(request))


def _manages(request: HttpRequest) -> bool:
    """True for who decides what roles show: nobody else need be asked."""
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and allows(person_of(request), "access.edit")


def not_sent_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token, or from an origin that is not ours (CSRF_FAILURE_VIEW)."""
    strange = reason.startswith(REASON_BAD_ORIGIN.partition("%s")[0])
    cookie = reason == REASON_NO_CSRF_COOKIE
    return _page(
        request,
        403,
        template="403_csrf.html",
        sentence=_("The form was rejected. Reload the page and send it again."),
        strange_origin=strange,
        origin=request.META.get("HTTP_ORIGIN", "")[:200] if strange else "",
        no_cookie=cookie,
    )


def failed(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database is what does not answer."""
    status = 503 if _is_databases(sys.exc_info()[1]) else 500
    if problem := of_api(request, status):
        return problem
    theme = request.COOKIES.get("theme", "")
    page = loader.get_template(f"{status}.html").render(
        {
            "layout": "bare.html",
            "theme": theme if theme in THEMES else "auto",
            "CSP_NONCE": getattr(request, "csp_nonce", ""),
            "path": request.path,
            "now": timezone.now(),
        }
    )
    return HttpResponse(page, status=status)


def _is_databases(error: BaseException | None) -> bool:
    """True when the database is away or takes no writes; PostgreSQL has a code for the latter."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", "") == READ_ONLY
    return isinstance(error, OperationalError | InterfaceError)


def of_api(request: HttpRequest, status: int) -> HttpResponse | None:
    """For programs: the same in a form that they read (dashboard.api), without more words."""
    if not request.path.startswith("/api/v1/"):
        return None
    kind = {404: "not-found", 400: "invalid"}.get(status, "failed")
    return problems.answer(status, kind)


def of_upload(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse | None:
    """For the scripts that send files, which show what is in "error" beside the file."""
    if not request.path.startswith("/transfer/") or request.method in ("GET", "HEAD"):
        return None
    words = {
        401: _("You are signed out. Sign in, and send it again."),
        404: _("This does not exist, or you may not see it."),
    }
    told = sentence or words.get(status) or _("The request cannot be read.")
    return JsonResponse({"error": told}, status=status)


def _page(
    request: HttpRequest, status: int, *, template: str = "", sentence: str = "", **said: object
) -> HttpResponse:
    """The whole frame for who is signed in, the bare one for strangers; a toast for htmx."""
    if problem := of_api(request, status):
        return problem
    if answer := of_upload(request, status, sentence):
        return answer
    user = getattr(request, "user", None)
    inside = user is not None and user.is_authenticated
    context = {"layout": "base.html" if inside else "bare.html", "sentence": sentence, **said}
    response = render(request, template or f"{status}.html", context, status=status)
    if sentence and "HX-Request" in request.headers:
        missing = said.get("missing")
        url = missing.ask_url if isinstance(missing, MissingRight) else ""
        toast(response, sentence, tone="bad", url=url, word=_("Ask for access") if url else "")
    return response
