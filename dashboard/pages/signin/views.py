"""One's own account: name, password, second factors, sessions."""

from typing import cast

from allauth.account import views as allauth_views
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, factors, signin
from accounts.sessions import handle_of
from dashboard.pages.signin.forms import NameForm
from dashboard.pages.signin.providers import identities_of
from dashboard.pages.signin.sessions import session_limits, session_rows
from dashboard.person import person_of


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The account page. POST changes the name."""
    person = person_of(request)
    form = NameForm(request.POST or None, initial={"name": person.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename(person.user, person.who, name=form.cleaned_data["name"])
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("Your name is changed."))
            return redirect("account_settings")
    kinds = list(Authenticator.objects.filter(user=person.user).values_list("type", flat=True))
    context = {
        "form": form,
        "totp": Authenticator.Type.TOTP in kinds,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "codes_left": factors.codes_left(person.user),
        "identities": identities_of(person.user),
        "password": person.user.has_usable_password(),
        "sessions": session_rows(person.user, request.session.session_key),
        **session_limits(),
    }
    return render(request, "account/settings.html", context)


def password(request: HttpRequest) -> HttpResponseBase:
    """Change the password. People of a provider have none."""
    if person_of(request).user.has_usable_password():
        return cast(HttpResponseBase, allauth_views.password_change(request))
    messages.info(request, _("You have no password here: you sign in through your provider."))
    return redirect("account_settings")


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End another session of one's own, or all others. The current one ends by signing out."""
    person = person_of(request)
    handle = request.POST.get("session", "")
    own = request.session.session_key
    if not handle:
        ended = signin.end_other_sessions(person.user, person.who, but=own)
        words = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended)
        messages.success(request, words % {"count": ended})
        return redirect("account_settings")
    if own and handle == handle_of(own):
        return redirect("account_logout")
    if signin.end_other_session(person.user, person.who, handle=handle):
        messages.success(request, _("That session is ended."))
    else:
        messages.info(request, _("That session has already ended."))
    return redirect("account_settings")
