"""What stands round every page: signing in first, and refusals turned into pages.

Synchronous on purpose: Django runs each request in a thread of its own; the event loop stays free.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.translation import gettext as _

from accounts.verbs import all_verbs
from hosts.access import Denied, NotVisible
from hosts.guardrails import Refused

# paths that a person without a session may ask for (prefixes); everything else is closed
OPEN = (
    "/account/login/",
    "/account/logout/",
    "/account/2fa/authenticate/",
    "/account/inactive/",
    "/welcome/",
    "/invite/",
    "/reset/",
    "/healthz",
    "/readyz",
)


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
    """Send strangers to the sign-in page; default deny for every route not named in OPEN."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated or request.path.startswith(OPEN):
            return self.get_response(request)
        if "HX-Request" in request.headers:
            # htmx follows redirects inside the page; this one must reach the window
            return HttpResponse(status=401, headers={"HX-Redirect": settings_login_url()})
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=401)
        return redirect_to_login(request.get_full_path())


def settings_login_url() -> str:
    """Where one signs in."""
    from django.shortcuts import resolve_url

    return resolve_url(settings.LOGIN_URL)


class Refusals:
    """NotVisible becomes 404, Denied 403 with the verb in words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, named: dict[str, object]
    ) -> None:
        """What no database holds is not there: numbers beyond its own, zero bytes."""
        for value in named.values():
            if (isinstance(value, int) and value > MOST) or "\0" in str(value):
                raise Http404

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Django's own handlers render 404.html and 403.html from what is raised here."""
        if isinstance(error, NotVisible):
            raise Http404 from error
        if isinstance(error, Refused):
            # by a guardrail, on a page that shows no refusals beside its fields
            raise PermissionDenied(str(error)) from error
        if isinstance(error, Denied):
            label = next((v.label for v in all_verbs() if v.name == error.verb), error.verb)
            raise PermissionDenied(
                _("Your role does not permit “%(verb)s”. An administrator can give it to you.")
                % {"verb": label}
            ) from error


class Compressed(GZipMiddleware):
    """Gzip for whole pages. What is streamed goes out line by line as it comes, uncompressed."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """As Django's, but a stream is left alone: compressing would hold its lines back."""
        if response.streaming:
            return response
        return super().process_response(request, response)
