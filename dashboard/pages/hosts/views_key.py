"""The wizard's key step: a new or brought key, installed by hand, by password, or signed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from dashboard.pages.hosts import connection_plan as plans
from dashboard.pages.hosts import draft as drafts
from dashboard.pages.hosts.draft import Draft
from dashboard.pages.hosts.forms import CertificateForm, OwnKeyForm, PasswordForm
from dashboard.pages.hosts.views_add import confirmed_draft, page, require_add
from dashboard.pages.hosts.words import KEY_FORMS
from hosts.actions.hosts import certificates, install_key
from hosts.actions.hosts.examine_host import seal_given_key, seal_new_key
from hosts.control import ControlError
from hosts.link.errors import LinkError
from hosts.link.keys import authorized_forms
from hosts.refusals import FieldRefusal


def _key_page(request: HttpRequest, draft: Draft, **forms: Any) -> HttpResponse:
    lines = [(KEY_FORMS[one.form], one) for one in authorized_forms(draft.public_key)]
    context = {
        "password_form": PasswordForm(),
        "key_form": OwnKeyForm(),
        "certificate_form": CertificateForm(
            initial={"certificate": draft.certificate}, auto_id="signed_%s"
        ),
        **forms,
    }
    signing = f"ssh-keygen -s CA_KEY -I haulout -n {draft.user} -V +52w KEY.pub"
    planned = plans.read(request.session).host(draft.planned)
    context |= {"bare": draft.public_key, "signing": signing, "planned": planned}
    return page(request, "key", draft=draft, lines=lines, **context)


@never_cache
def key(request: HttpRequest) -> HttpResponse:
    """Step 3: the key. The first visit creates one, or takes that which was given for a connection with
    the same key file.
    """
    require_add(request)
    draft = confirmed_draft(request)
    if draft is None:
        return redirect("hosts:add")
    fresh = request.method == "POST" and "fresh" in request.POST
    if not draft.sealed_key or fresh:
        earlier = None if fresh else plans.read(request.session).key_for(draft.planned)
        draft.set_key(*(earlier or seal_new_key()))
        draft.own_key = earlier is not None
        drafts.keep(request.session, draft)
    return _key_page(request, draft)


@require_POST
@never_cache
@sensitive_post_parameters("private_key", "passphrase")
def own_key(request: HttpRequest) -> HttpResponse:
    """Take the person's own private key."""
    require_add(request)
    draft = confirmed_draft(request)
    if draft is None:
        return redirect("hosts:add")
    form = OwnKeyForm(request.POST)
    if form.is_valid():
        try:
            given = form.cleaned_data
            draft.set_key(*seal_given_key(given["private_key"], given["passphrase"]))
            draft.own_key = True
            _set_certificate(draft, given["certificate"])
        except LinkError as trouble:
            form.refuse(trouble, field="private_key")
        except FieldRefusal as trouble:
            form.refuse(trouble)
        else:
            drafts.keep(request.session, draft)
            return redirect("hosts:check")
    return _key_page(request, draft, key_form=form)


@require_POST
@never_cache
@sensitive_post_parameters("password")
def install(request: HttpRequest) -> HttpResponse:
    """Add the public key to the host with the account's password. The password is not kept."""
    person = require_add(request)
    draft = confirmed_draft(request)
    if draft is None or not draft.public_key:
        return redirect("hosts:add")
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            install_key.install(
                person,
                address=draft.address,
                port=draft.port,
                user=draft.user,
                password=form.cleaned_data["password"],
                public_key_line=_line(draft, form.cleaned_data["form"]),
                host_key_line=draft.host_key_line,
                via=draft.via,
            )
        except ControlError as trouble:
            form.refuse(trouble, field="password")
        else:
            draft.installed = True
            drafts.keep(request.session, draft)
            return redirect("hosts:check")
    return _key_page(request, draft, password_form=form)


@require_POST
@never_cache
def certificate(request: HttpRequest) -> HttpResponse:
    """Take the signed certificate of the key; empty: the key signs in alone."""
    require_add(request)
    draft = confirmed_draft(request)
    if draft is None or not draft.public_key:
        return redirect("hosts:add")
    form = CertificateForm(request.POST, auto_id="signed_%s")
    if form.is_valid():
        try:
            _set_certificate(draft, form.cleaned_data["certificate"])
        except FieldRefusal as trouble:
            form.refuse(trouble)
        else:
            drafts.keep(request.session, draft)
            return redirect("hosts:check")
    return _key_page(request, draft, certificate_form=form)


def _set_certificate(draft: Draft, pasted: str) -> None:
    found = certificates.check_certificate(pasted, public_key=draft.public_key, user=draft.user)
    draft.set_certificate(found.line if found else "")


def _line(draft: Draft, form: str) -> str:
    return next(one.line for one in authorized_forms(draft.public_key) if one.form == form)
