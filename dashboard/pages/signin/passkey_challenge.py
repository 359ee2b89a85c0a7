"""The challenge of a sign-in by passkey alone, before the person is known.

allauth keeps it in a session, so each anonymous GET wrote a row. Here it is in a signed cookie. Each
challenge can be answered once.
"""

import hashlib
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

COOKIE: Final = "haulout-passkey"
LASTS_S: Final = 300
_SALT: Final = "haulout.passkey"


class LoginByPasskey(LoginWebAuthnView):  # type: ignore[misc]
    """allauth's view, without a session before the sign-in."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The challenge as JSON for our script. Other requests are redirected to the sign-in page."""
        if not get_adapter().is_ajax(request):
            return HttpResponseRedirect(reverse("account_login"))
        # allauth stores the challenge in request.session
        kept, request.session = request.session, {}  # type: ignore[assignment]
        try:
            options = auth.begin_authentication(user=None)
            question = request.session[auth.STATE_SESSION_KEY]
        finally:
            request.session = kept
        answer = JsonResponse({"request_options": options})
        answer.set_cookie(
            COOKIE,
            signing.dumps(question, salt=_SALT),
            max_age=LASTS_S,
            path=request.path,
            secure=request.is_secure(),
            httponly=True,
            samesite="Strict",
        )
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the answer. Without an unanswered challenge of ours nothing fits."""
        if question := _question(request.COOKIES.get(COOKIE, "")):
            request.session[auth.STATE_SESSION_KEY] = question
        answer: HttpResponse = super().post(request, *args, **kwargs)
        request.session.pop(auth.STATE_SESSION_KEY, None)
        answer.delete_cookie(COOKIE, path=request.path, samesite="Strict")
        return answer


def _question(signed: str) -> Any:
    try:
        found = signing.loads(signed, salt=_SALT, max_age=LASTS_S)
    except signing.BadSignature:
        return None
    mark = hashlib.sha256(signed.encode()).hexdigest()
    return found if cache.add(f"haulout-passkey-{mark}", True, LASTS_S) else None
