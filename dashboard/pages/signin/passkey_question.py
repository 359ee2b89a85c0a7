"""Signing in by a passkey alone: the question that a browser answers, before anybody is known.

allauth keeps it in a session, so that each GET of a stranger wrote a row. Here it goes along in a signed
cookie; each is for one answer, which is remembered only for as long as the cookie counts.
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
    """As allauth's, without a session until somebody is signed in."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The question, for our script; whoever opens the address goes to the page."""
        if not get_adapter().is_ajax(request):
            return HttpResponseRedirect(reverse("account_login"))
        # allauth puts it into whatever the request calls its session
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
        """The answer. Without a question of ours that nobody answered yet it fits nothing."""
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
