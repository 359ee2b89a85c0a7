"""The pages of one-time links. A used or expired link says why."""

from collections.abc import Callable
from typing import cast

from allauth.account.adapter import get_adapter
from allauth.decorators import rate_limit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import actions, invitations, tokens
from accounts.errors import AccountsError
from accounts.invitations import Kind
from accounts.models import Token, User
from dashboard.furniture.who import stranger
from dashboard.pages.welcome.forms import FirstAdminForm, JoinForm, PasswordForm
from hosts.models import Host

FIRST_HOST = "/hosts/add/"
Page = Callable[[HttpRequest, str], HttpResponse]


def _link_page(page: Page) -> Page:
    """What the pages share: rate limit per address, no caching, the page of a dead link."""

    @require_http_methods(["GET", "POST"])
    @sensitive_post_parameters("password", "again")
    @never_cache
    @rate_limit(action="one_time_link", limit_get=True)  # type: ignore[untyped-decorator]
    def wrapper(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return page(request, token)
        except AccountsError as trouble:
            return render(request, "welcome/dead.html", {"trouble": trouble}, status=410)

    return cast(Page, wrapper)


@_link_page
def first(request: HttpRequest, token: str) -> HttpResponse:
    """Create the first administrator, sign them in, and go on to adding a host."""
    invitations.find(Kind.FIRST_ADMIN, token)
    form = FirstAdminForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.welcome_first_admin(stranger(request), token, **form.options())
        except ValidationError as problem:
            form.add_problems(problem)
        else:
            return _sign_in(request, user, "/" if Host.objects.exists() else FIRST_HOST)
    return _form(request, "welcome/first.html", form)


@_link_page
def invite(request: HttpRequest, token: str) -> HttpResponse:
    """Create the invited person, and sign them in."""
    link = invitations.find(Kind.INVITE, token)
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_invitation(stranger(request), token, **form.options())
        except ValidationError as problem:
            form.add_problems(problem)
        else:
            return _sign_in(request, user, "/")
    return _form(request, "welcome/invite.html", form, link=link)


@_link_page
def reset(request: HttpRequest, token: str) -> HttpResponse:
    """Set the new password. The person then signs in, with their second factor."""
    link = invitations.find(Kind.RESET, token)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.reset_password(stranger(request), token, **form.options())
        except ValidationError as problem:
            form.add_problems(problem)
        else:
            messages.success(request, _("Your new password is set. Sign in with it."))
            if own := Token.objects.filter(tokens.in_force(), user=user).count():
                words = ngettext(
                    "%d of your API tokens and SSH keys is still valid. Revoke it on your "
                    "account’s page if somebody else may know it.",
                    "%d of your API tokens and SSH keys are still valid. Revoke them on your "
                    "account’s page if somebody else may know one.",
                    own,
                )
                messages.info(request, words % own)
            return redirect("account_login")
    return _form(request, "welcome/reset.html", form, link=link)


def _sign_in(request: HttpRequest, user: User, url: str) -> HttpResponse:
    get_adapter(request).login(request, user)
    return HttpResponseRedirect(url)


def _form(
    request: HttpRequest, template: str, form: PasswordForm, **context: object
) -> HttpResponse:
    return render(request, template, {"form": form, **context})
