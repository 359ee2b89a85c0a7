"""Forms of a group."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.forms import RefusalForm
from hosts.models import Host


class NewGroupForm(RefusalForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("Such as prod or edge: letters, digits, “-” and “_”."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    notes = forms.CharField(
        label=_("Notes"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )


class GroupForm(NewGroupForm):
    """A group with its hosts."""

    hosts = forms.ModelMultipleChoiceField(
        label=_("Hosts"),
        queryset=Host.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, hosts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["hosts"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = hosts
