"""Sign-in by an OpenID provider. Errors are shown and logged."""

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
# session key: {state: Begun} of sign-ins under way
KEPT = "haulout_provider"
MOST_BEGUN = 5
WITHIN_S = 600
Page = Callable[[HttpRequest, str], HttpResponse]


def with_providers(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Set `providers` on the request for the view's template; nothing when their file is wrong."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        try:
            request.providers = providers()  # type: ignore[attr-defined]
        except ProviderFileError as wrong:
            log.warning("no provider is offered: %s", wrong)
        return view(request, *args, **named)

    return wrapper


def _provider_page(page: Callable[[HttpRequest, Provider], HttpResponse]) -> Page:
    @require_GET
    @rate_limit(action="provider", limit_get=True)  # type: ignore[untyped-decorator]
    def wrapper(request: HttpRequest, provider_id: str) -> HttpResponse:
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
            return _trouble_page(
                request, provider, str(trouble), _next_path(request), status=status
            )

    return cast(Page, wrapper)


@_provider_page
def begin(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Redirect to the provider."""
    where, state, begun = flow.begin(
        provider,
        redirect_uri=_callback_url(request, provider),
        next_path=_next_path(request),
        # lets a person choose another account at the provider
        prompt="login" if "other" in request.GET else "",
    )
    kept = dict(request.session.get(KEPT, {}))
    kept[state] = begun.kept()
    request.session[KEPT] = dict(list(kept.items())[-MOST_BEGUN:])
    # nobody is signed in yet: the session ends with the sign-in's time
    request.session.set_expiry(WITHIN_S)
    return HttpResponseRedirect(where)


@_provider_page
def back(request: HttpRequest, provider: Provider) -> HttpResponse:
    """The provider's answer to a sign-in that this browser began."""
    begun = _take_begun(request, provider)
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
        redirect_uri=_callback_url(request, provider),
        code=request.GET.get("code", ""),
    )
    return _sign_in(request, provider, answer, begun)


def _take_begun(request: HttpRequest, provider: Provider) -> PendingSignIn:
    """The sign-in that the answer belongs to, once. Raises Trouble."""
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


def _sign_in(
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
        return _trouble_page(request, provider, str(refusal), begun.next, status=403, other="1")
    record_authentication(request, user, "provider", provider=f"provider {provider.id}")
    # asks for their second factor here
    login = Login(user=user, redirect_url=begun.next or None)
    return cast(HttpResponse, perform_login(request, login))


def _with(path: str, **query: str) -> str:
    given = {key: value for key, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def identities_of(user: User) -> list[tuple[str, Identity]]:
    """(provider's name, identity) of each provider that the person signs in with."""
    try:
        names = {one.id: one.name for one in providers()}
    except ProviderFileError:
        names = {}
    found = Identity.objects.filter(user=user)
    return [(names.get(identity.provider, identity.provider), identity) for identity in found]


def back_address(base: str, provider: Provider) -> str:
    """The redirect URI to register at the provider. `base`: https://haulout.example.org."""
    return f"{base}{reverse('provider_back', args=[provider.id])}"


def _callback_url(request: HttpRequest, provider: Provider) -> str:
    # the request's host name: the session belongs to it
    return back_address(request.build_absolute_uri("/").rstrip("/"), provider)


def _next_path(request: HttpRequest) -> str:
    """The page that the person wanted to open."""
    wanted = getattr(request, "provider_next", request.GET.get("next", ""))
    return wanted if get_adapter().is_safe_url(wanted) else ""


def _trouble_page(
    request: HttpRequest,
    provider: Provider,
    words: str,
    next_path: str,
    *,
    status: int,
    other: str = "",
) -> HttpResponse:
    """The page with the error. `other`: the error is about the person, so offer another one."""
    begin = reverse("provider_begin", args=[provider.id])
    context = {
        "words": words,
        "other": other,
        "begin_url": _with(begin, next=next_path, other=other),
        "other_way_url": _with(reverse("account_login"), next=next_path),
    }
    return render(request, "signin/provider_trouble.html", context, status=status)
