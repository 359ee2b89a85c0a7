"""Forms of a token and of a service account."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import tokens
from accounts.models import Role, Token
from accounts.token_actions import TokenOptions
from accounts.verbs import all_verbs
from dashboard.furniture.forms import PLAIN, RefusalForm
from dashboard.furniture.people import RoleChoice
from dashboard.furniture.zone_form import ZoneForm
from hosts.access import Person, visible_groups, visible_hosts
from hosts.models import Group, Host

DAYS = {"7": _("7 days"), "30": _("30 days"), "90": _("90 days"), "365": _("a year")}


class TokenForm(ZoneForm):
    """A token. Groups and hosts are those that the person sees."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("What it is for. The audit log shows it with each action of the token."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    expires = forms.ChoiceField(
        label=_("Valid for"),
        choices=(*DAYS.items(), ("at", _("until a date"))),
        initial="30",
    )
    until = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    read_only = forms.BooleanField(
        label=_("Read only: it changes nothing"),
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    reach = forms.ChoiceField(label=_("Purpose"), choices=Token.Reach.choices, initial="all")
    role = RoleChoice(
        label=_("Role"),
        queryset=Role.objects.all(),
        to_field_name="name",
        required=False,
        empty_label="–",
    )
    verbs = forms.MultipleChoiceField(
        label=_("Verbs"), required=False, widget=forms.CheckboxSelectMultiple
    )
    where = forms.ChoiceField(
        label=_("Where"),
        choices=(("everywhere", _("Everywhere")), ("some", _("Only there"))),
        initial="everywhere",
    )
    groups = forms.ModelMultipleChoiceField(
        label=_("Groups"),
        queryset=Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    hosts = forms.ModelMultipleChoiceField(
        label=_("Hosts"),
        queryset=Host.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="token-%s", **kwargs)
        groups, hosts, verbs = self.fields["groups"], self.fields["hosts"], self.fields["verbs"]
        assert isinstance(groups, forms.ModelMultipleChoiceField)
        assert isinstance(hosts, forms.ModelMultipleChoiceField)
        assert isinstance(verbs, forms.MultipleChoiceField)
        groups.queryset = visible_groups(person).order_by("name")
        hosts.queryset = visible_hosts(person).order_by("name")
        offered = [verb for verb in all_verbs() if verb.name not in tokens.NEVER]
        verbs.choices = [(verb.name, f"{verb.label} ({verb.name})") for verb in offered]

    def options(self) -> TokenOptions:
        """Call after is_valid."""
        given = self.cleaned_data
        return TokenOptions(
            name=given["name"],
            expires_at=self._end(),
            reach=given["reach"],
            role=given["role"],
            verbs=tuple(given["verbs"]),
            read_only=given["read_only"],
            everywhere=given["where"] == "everywhere",
            groups={group.pk: group.name for group in given["groups"]},
            hosts={host.pk: host.name for host in given["hosts"]},
        )

    def _end(self) -> datetime:
        given = self.cleaned_data
        if given["expires"] in DAYS:
            return timezone.now() + timedelta(days=int(given["expires"]))
        last = given["until"]
        if last is None:
            raise forms.ValidationError({"until": [_("Enter a date.")]})
        # the last day counts
        zone = self.clock or timezone.get_current_timezone()
        morning = datetime.combine(last, datetime.min.time(), zone)
        return morning + timedelta(days=1)


class KeyForm(TokenForm):
    """The same of an SSH key."""

    public_key = forms.CharField(
        label=_("Public key"),
        help_text=_("The one line of the file that ends in .pub, such as ~/.ssh/id_ed25519.pub."),
        widget=forms.Textarea(attrs={**PLAIN, "rows": 3}),
    )

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(person, *args, **kwargs)
        self.fields["name"].help_text = _("The machine that has it. The audit log shows it.")
        self.fields["expires"].initial = "365"
        # people bring one to run things
        self.fields["read_only"].initial = False


class IdentityForm(RefusalForm):
    """Where the private key lies on the person's own machine."""

    identity = forms.CharField(
        label=_("Path of your private key"),
        required=False,
        max_length=400,
        help_text=_(
            "On your machine, such as /home/ada/.ssh/id_ed25519. Empty: Podman asks your SSH agent. "
            "Docker uses what ~/.ssh/config says."
        ),
        widget=forms.TextInput(attrs=PLAIN),
    )


class ServiceForm(RefusalForm):
    """A service account: name, shown name, role."""

    name = forms.CharField(
        label=_("Name"),
        max_length=50,
        help_text=_("Lower-case letters, digits and “-”, such as deploy-shop."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    words = forms.CharField(
        label=_("Display name"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = RoleChoice(
        label=_("Role"),
        queryset=Role.objects.all(),
        to_field_name="name",
        empty_label=None,
        initial="member",
        help_text=_("Everywhere. For some hosts only, choose “member” and give a grant."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="service-%s", **kwargs)
