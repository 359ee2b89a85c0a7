"""Signing in by an OpenID provider: out to it, and back. What goes wrong is told and written down."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.decorators import rate_limit
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import provider_actions, signin
from accounts.errors import AccountsError
from accounts.models import Identity, User
from accounts.provider_actions import ProviderClaims, ProviderRules
from accounts.providers import Provider, ProviderFileError, get_provider, providers
from dashboard.furniture.who import stranger
from dashboard.oidc import flow
from dashboard.oidc.errors import NoAnswer, ProviderError
from dashboard.oidc.flow import PendingSignIn, ProviderUser

log = logging.getLogger(__name__)
# sign-ins that were begun: {state: what has to be remembered}
KEPT = "haulout_provider"
MOST_BEGUN = 5
WITHIN_S = 600
Page = Callable[[HttpRequest, str], HttpResponse]


def offered(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let the template of `view` offer the providers. A file that is wrong offers none."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        try:
            request.providers = providers()  # type: ignore[attr-defined]
        except ProviderFileError as wrong:
            log.warning("no provider is offered: %s", wrong)
        return view(request, *args, **named)

    return answered


def _door(page: Callable[[HttpRequest, Provider], HttpResponse]) -> Page:
    @require_GET
    @rate_limit(action="provider", limit_get=True)  # type: ignore[untyped-decorator]
    def answered(request: HttpRequest, provider_id: str) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(settings.LOGIN_REDIRECT_URL)
        try:
            provider = get_provider(provider_id)
        except ProviderFileError as wrong:
            raise Http404 from wrong
        if provider is None:
            raise Http404
        try:
            return page(request, provider)
        except ProviderError as trouble:
            signin.sign_in_failed(stranger(request), email=provider.id, why=trouble.why)
            status = 502 if isinstance(trouble, NoAnswer) else 403
            return _told(request, provider, str(trouble), _wanted(request), status=status)

    return cast(Page, answered)


@_door
def begin(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Send somebody to the provider."""
    where, state, begun = flow.begin(
        provider,
        redirect_uri=_back_to(request, provider),
        next_path=_wanted(request),
        # whoever is signed in there as somebody else has to be able to say so
        prompt="login" if "other" in request.GET else "",
    )
    kept = dict(request.session.get(KEPT, {}))
    kept[state] = begun.kept()
    request.session[KEPT] = dict(list(kept.items())[-MOST_BEGUN:])
    # nobody is signed in by it yet, so it need not outlive the way there and back
    request.session.set_expiry(WITHIN_S)
    return HttpResponseRedirect(where)


@_door
def back(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Somebody comes back: with a code of a sign-in that this browser began, or with nothing."""
    begun = _begun(request, provider)
    request.provider_next = begun.next  # type: ignore[attr-defined]
    if error := request.GET.get("error"):
        raise ProviderError(
            _("%(name)s did not sign you in. Start over, or sign in another way.")
            % {"name": provider.name},
            why=f"the provider said {error[:100]}",
        )
    issuer = request.GET.get("iss", provider.issuer)
    if issuer != provider.issuer:
        raise ProviderError(
            _("This answer is not from %(name)s. Start over.") % {"name": provider.name},
            why=f"answer from {issuer[:200]}",
        )
    answer = flow.finish(
        provider,
        begun,
        redirect_uri=_back_to(request, provider),
        code=request.GET.get("code", ""),
    )
    return _inside(request, provider, answer, begun)


def _begun(request: HttpRequest, provider: Provider) -> PendingSignIn:
    """What was remembered for this answer; each can be used once. ProviderError."""
    kept = dict(request.session.get(KEPT, {}))
    told = kept.pop(request.GET.get("state", ""), None)
    if told is not None:
        request.session[KEPT] = kept
    if told is None or told["provider"] != provider.id or time.time() - told["at_s"] > WITHIN_S:
        raise ProviderError(
            _(
                "This answer belongs to no sign-in that this browser began in the last ten "
                "minutes. Start over."
            ),
            why="unknown state",
        )
    return PendingSignIn(**told)


def _inside(
    request: HttpRequest, provider: Provider, answer: ProviderUser, begun: PendingSignIn
) -> HttpResponse:
    named = ProviderClaims(
        provider=provider.id,
        issuer=provider.issuer,
        subject=answer.subject,
        email=answer.email,
        email_verified=answer.email_verified,
        name=answer.name,
        groups=answer.groups,
    )
    rules = ProviderRules(
        join=provider.join,
        domains=provider.domains,
        role=provider.role,
        teams=provider.teams,
        roles=provider.roles,
    )
    who = stranger(request, name=answer.email or provider.id)
    try:
        user = provider_actions.come_in(who, named, rules)
    except AccountsError as refusal:
        signin.sign_in_failed(
            who, email=answer.email, why=f"{provider.id}: {type(refusal).__name__}"
        )
        return _told(request, provider, str(refusal), begun.next, status=403, other="1")
    record_authentication(request, user, "provider", provider=f"provider {provider.id}")
    # a second factor of theirs here is still asked for
    login = Login(user=user, redirect_url=begun.next or None)
    return cast(HttpResponse, perform_login(request, login))


def _with(path: str, **query: str) -> str:
    given = {key: value for key, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def named_by(user: User) -> list[tuple[str, Identity]]:
    """(name of the provider, the identity there) of each by which somebody signs in."""
    try:
        names = {one.id: one.name for one in providers()}
    except ProviderFileError:
        names = {}
    found = Identity.objects.filter(user=user)
    return [(names.get(identity.provider, identity.provider), identity) for identity in found]


def back_address(base: str, provider: Provider) -> str:
    """The address to register at the provider, under `base`: https://haulout.example.org."""
    return f"{base}{reverse('provider_back', args=[provider.id])}"


def _back_to(request: HttpRequest, provider: Provider) -> str:
    # by the name they came by, which is one of ours: what is remembered lies under that name
    return back_address(request.build_absolute_uri("/").rstrip("/"), provider)


def _wanted(request: HttpRequest) -> str:
    """Where somebody wanted to go when they began."""
    wanted = getattr(request, "provider_next", request.GET.get("next", ""))
    return wanted if get_adapter().is_safe_url(wanted) else ""


def _told(
    request: HttpRequest,
    provider: Provider,
    words: str,
    next_path: str,
    *,
    status: int,
    other: str = "",
) -> HttpResponse:
    """The page of what went wrong; with `other` it was about the person who came."""
    begin = reverse("provider_begin", args=[provider.id])
    context = {
        "words": words,
        "other": other,
        "begin_url": _with(begin, next=next_path, other=other),
        "other_way_url": _with(reverse("account_login"), next=next_path),
    }
    return render(request, "signin/provider_trouble.html", context, status=status)
