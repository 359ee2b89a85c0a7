"""The form of an access request."""

from typing import Any

from django import forms
from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from dashboard.furniture.forms import RefusalForm
from dashboard.furniture.people import RoleChoice
from hosts.access.grant_rows import role_verbs
from hosts.models import AccessRequest, Endpoint

HOURS = (
    (60, _("an hour")),
    (4 * 60, _("four hours")),
    (8 * 60, _("eight hours")),
    (24 * 60, _("a day")),
    (7 * 24 * 60, _("a week")),
)


class RequestForm(RefusalForm):
    """`place` is typed: a list would tell which groups and hosts exist."""

    role = RoleChoice(label=_("Role"), queryset=Role.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("Where"), choices=AccessRequest.Kind)
    place = forms.CharField(
        label=_("Name of the group or host"),
        required=False,
        max_length=200,
        help_text=_(
            "The full name. You can also name a host that you do not see: whoever decides sees it."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "list": "places"}
        ),
    )
    label = forms.CharField(
        label=_("Only containers with the label"),
        required=False,
        max_length=250,
        help_text=_("Such as app or app=shop."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    names = forms.CharField(
        label=_("Only containers named"),
        required=False,
        max_length=200,
        help_text=_("A pattern: shop-* or db?."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    minutes = forms.TypedChoiceField(label=_("For"), choices=HOURS, coerce=int)
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("Whoever decides sees it, and so does the audit log."),
    )

    def __init__(
        self, *args: Any, verb: str = "", endpoint: Endpoint | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        # only roles with verbs at places, and with the verb that was missing
        given = {role.pk: role_verbs(role) for role in Role.objects.order_by("pk")}
        roles = [pk for pk, verbs in given.items() if verbs and (not verb or verb in verbs)]
        if verb:
            # the smallest role comes first, and so is preselected
            roles.sort(key=lambda pk: len(given[pk]))
        field = self.fields["role"]
        assert isinstance(field, forms.ModelChoiceField)
        places = [When(pk=pk, then=place) for place, pk in enumerate(roles)]
        field.queryset = Role.objects.filter(pk__in=roles).order_by(Case(*places, default=0))
        kinds = self.fields["kind"]
        assert isinstance(kinds, forms.ChoiceField)
        named = dict(AccessRequest.Kind.choices)
        # an endpoint has no name to type; it comes from the page of the refusal
        del named[AccessRequest.Kind.ENDPOINT]
        here = {AccessRequest.Kind.ENDPOINT: str(endpoint)} if endpoint else {}
        kinds.choices = list((here | named).items())
