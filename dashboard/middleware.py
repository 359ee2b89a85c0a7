"""What stands round every page: signing in first, and refusals turned into pages.

Synchronous on purpose: Django runs each request in a thread of its own; the event loop stays free.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import resolve_url

from accounts.models import User
from dashboard.approval_prompt import ask_reason
from dashboard.errorpages import of_upload
from dashboard.person import person_of
from dashboard.signed_in import mark_signed_in
from hosts.access import Denied, NotVisible
from hosts.access.second_factor import lacks_factor
from hosts.guardrails import NeedsApproval
from hosts.refusals import Refusal

# paths that a person without a session may ask for (prefixes); everything else is closed
OPEN = (
    "/account/login/",
    "/account/passkey/",
    "/account/logout/",
    "/account/2fa/authenticate/",
    "/account/provider/",
    "/account/inactive/",
    "/welcome/",
    "/invite/",
    "/reset/",
    # the command line, as everybody who can read Haulout's source has it
    "/cli/",
    "/healthz",
    "/readyz",
)
# all that somebody may ask for whose role wants a second factor that they have not set up (prefixes)
SETTING_UP = (
    "/account/2fa/",
    "/account/reauthenticate/",
    "/account/logout/",
    "/healthz",
    "/readyz",
)


# for programs, which come with tokens (dashboard.api)
API = "/api/v1/"
PROGRAMS = (API, "/api/mcp")

# nothing on our pages asks for any of these; a script that got in should not either
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


# of a key in the database
MOST = 2**63 - 1

# asked by programs that know an address and no name; both tell nobody anything of ours
PROBES = ("/healthz", "/readyz")


class Probes:
    """Answer a load balancer's probe by whatever name it comes; the Host of all else is checked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in PROBES and request.method in ("GET", "HEAD") and settings.ALLOWED_HOSTS:
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]
            # nobody's session is looked up for it: the database may be what does not answer
            request.META.pop("HTTP_COOKIE", None)
        return self.get_response(request)


class Headers:
    """What Django's own middleware leaves out. A view that sets one of these keeps its word."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # static files have said how long they keep; everything else is one person's view of now
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class SignInRequired:
    """Send strangers to the sign-in page; default deny for every route not named in OPEN.

    Who lacks a required second factor can reach nothing but its set-up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(PROGRAMS):
            # there a session counts for nothing; its own door asks each request for a token
            return self.get_response(request)
        if not request.user.is_authenticated:
            if request.path.startswith(OPEN):
                return self.get_response(request)
            return _sent_away(request, resolve_url(settings.LOGIN_URL), status=401)
        if isinstance(request.user, User) and lacks_factor(request.user):
            request.second_factor_missing = True  # type: ignore[attr-defined]
            if not request.path.startswith(SETTING_UP):
                return _sent_away(request, resolve_url("mfa_index"), status=403)
        mark_signed_in(getattr(request, "scope", {}))
        return self.get_response(request)


def _sent_away(request: HttpRequest, where: str, *, status: int) -> HttpResponse:
    if "HX-Request" in request.headers:
        # htmx follows redirects inside the page; this one must reach the window
        return HttpResponse(status=status, headers={"HX-Redirect": where})
    if request.method not in ("GET", "HEAD"):
        return of_upload(request, status) or HttpResponse(status=status)
    return redirect_to_login(request.get_full_path(), where)


class Refusals:
    """NotVisible becomes 404, Denied 403; what needs an approval is asked why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, named: dict[str, object]
    ) -> None:
        """404 for addresses with numbers beyond the database's, or zero bytes. 400 for sent values
        with them: no form makes them, and PostgreSQL would fail.
        """
        for value in named.values():
            if (isinstance(value, int) and value > MOST) or "\0" in str(value):
                raise Http404
        if request.path.startswith(PROGRAMS):
            # which reads its own, and answers programs in their form
            return
        sent = [request.GET, request.POST] if request.method == "POST" else [request.GET]
        if any(
            "\0" in text
            for given in sent
            for name, texts in given.lists()
            for text in [name, *texts]
        ):
            raise BadRequest("a zero byte")

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django's own handlers render 404.html and 403.html from what is raised here."""
        if isinstance(error, NotVisible):
            raise Http404 from error
        if isinstance(error, NeedsApproval):
            return ask_reason(request, error, person_of(request))
        if isinstance(error, Refusal):
            # by a guardrail and the like, on a page that shows none beside its fields
            raise PermissionDenied(str(error)) from error
        if isinstance(error, Denied):
            # dashboard.errorpages says the verb, where, and who can give it
            raise PermissionDenied(error.verb) from error
        return None


class Compressed(GZipMiddleware):
    """Gzip for whole pages. What is streamed goes out line by line as it comes, uncompressed."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """As Django's, but a stream is left alone: compressing would hold its lines back."""
        if response.streaming:
            return response
        return super().process_response(request, response)
