"""What the page asks that makes a network."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.action_forms import CreateForm, code_line, code_lines
from dashboard.furniture.forms import ParsedField
from hosts.actions.networks import network_fields
from hosts.actions.run import run_fields
from hosts.models import Endpoint
from hosts.refusals import FieldRefusal

DRIVERS = (
    ("bridge", _("bridge: a separate network, with access through the host")),
    ("macvlan", _("macvlan: on the host's own network, with its own MAC address")),
    ("ipvlan", _("ipvlan: on the host's own network, with the host's MAC address")),
)
# what network_fields calls a part of a subnet: the field here, by family
_PARTS = {"subnets": "subnet", "gateway": "gateway", "lease": "range"}


class MarkedSelect(forms.Select):
    """A choice whose options of `marked` values carry a data attribute for making.js."""

    def __init__(self, mark: str, marked: Iterable[str] = ()) -> None:
        super().__init__()
        self.mark = mark
        self.marked = set(marked)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With the attribute where the value is marked."""
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.marked:
            option["attrs"][self.mark] = True
        return option


class NetworkForm(CreateForm):
    """Host, name, driver, a subnet of each family, and the rest in the fold."""

    FOLDED = ("further", "dns", "dns_servers", "internal", "isolate", "mtu", "options", "labels")

    endpoint = forms.TypedChoiceField(
        label=_("Host"), coerce=int, widget=MarkedSelect("data-rootless")
    )
    driver = forms.ChoiceField(
        label=_("Driver"),
        choices=DRIVERS,
        initial="bridge",
        widget=MarkedSelect("data-rootful", ("macvlan", "ipvlan")),
        help_text=_("macvlan and ipvlan use an interface of the host, which needs rootful Podman."),
    )
    parent = forms.CharField(
        label=_("Parent interface"),
        required=False,
        max_length=15,
        widget=code_line("eth0"),
        help_text=_("Of the host, for macvlan and ipvlan."),
    )
    subnet4 = forms.CharField(
        label=_("IPv4 subnet"),
        required=False,
        max_length=60,
        widget=code_line("10.89.5.0/24"),
        help_text=_("Empty: Podman picks a free one."),
    )
    gateway4 = forms.CharField(
        label=_("Gateway"), required=False, max_length=60, widget=code_line("10.89.5.1")
    )
    range4 = forms.CharField(
        label=_("Range for containers"),
        required=False,
        max_length=90,
        widget=code_line("10.89.5.128/25"),
    )
    ipv6 = forms.BooleanField(label=_("IPv6 too"), required=False)
    subnet6 = forms.CharField(
        label=_("IPv6 subnet"), required=False, max_length=60, widget=code_line("fd00:89:5::/64")
    )
    gateway6 = forms.CharField(
        label=_("Gateway"), required=False, max_length=60, widget=code_line("fd00:89:5::1")
    )
    range6 = forms.CharField(
        label=_("Range for containers"), required=False, max_length=90, widget=code_line()
    )
    further = forms.CharField(
        label=_("More subnets"),
        required=False,
        widget=code_lines(),
        help_text=_("One per line."),
    )
    dns = forms.BooleanField(
        label=_("Containers find each other by name (DNS)"), required=False, initial=True
    )
    dns_servers = forms.CharField(
        label=_("DNS servers"),
        required=False,
        widget=code_line("192.0.2.53, 192.0.2.54"),
        help_text=_("Empty: those of the host."),
    )
    internal = forms.BooleanField(label=_("Internal: no access to the outside"), required=False)
    isolate = forms.BooleanField(
        label=_("Isolate: no traffic between this and other networks of the host"),
        required=False,
        help_text=_(
            "Podman 6 isolates every network; isolate=false under more options lifts that."
        ),
    )
    mtu = forms.IntegerField(
        label=_("MTU"), required=False, min_value=576, max_value=65535, widget=code_line("1500")
    )
    options = ParsedField(
        run_fields.labels,
        label=_("More options"),
        widget=code_lines("mode=passthru"),
        help_text=_("One name=value per line, as for podman network create --opt."),
    )
    field_order = (
        "endpoint",
        "name",
        "driver",
        "parent",
        "subnet4",
        "gateway4",
        "range4",
        "ipv6",
        "subnet6",
        "gateway6",
        "range6",
    )

    def __init__(self, *args: Any, endpoints: Iterable[Endpoint] = (), **kwargs: Any) -> None:
        endpoints = list(endpoints)
        super().__init__(*args, endpoints=endpoints, **kwargs)
        widget = self.fields["endpoint"].widget
        assert isinstance(widget, MarkedSelect)
        widget.marked = {str(one.pk) for one in endpoints if one.rootless}

    def clean(self) -> dict[str, Any]:
        """Subnets as network_fields makes them, options whole."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        subnets = [self._family("4"), self._family("6")]
        further = (given.get("further") or "").split("\n")
        subnets += [self._subnet("further", text.strip(), "", "") for text in further]
        given["subnets"] = [one for one in subnets if one]
        options = dict(given.get("options") or {})
        if given.get("isolate"):
            options["isolate"] = "true"
        if given.get("mtu"):
            options["mtu"] = str(given["mtu"])
        given["options"] = options
        return given

    def _family(self, family: str) -> dict[str, Any] | None:
        given = self.cleaned_data
        parts = [given.get(f"{part}{family}") or "" for part in ("subnet", "gateway", "range")]
        found = self._subnet(family, *parts)
        if found and (":" in found["subnet"]) != (family == "6"):
            self.add_error(f"subnet{family}", _("This subnet is of the other IP version."))
        return found

    def _subnet(self, where: str, text: str, gateway: str, lease: str) -> dict[str, Any] | None:
        if not text:
            if gateway or lease:
                self.add_error(f"subnet{where}", _("Enter the subnet too."))
            return None
        try:
            return network_fields.subnet(text, gateway=gateway, lease=lease)
        except FieldRefusal as trouble:
            name = "further" if where == "further" else f"{_PARTS[trouble.field]}{where}"
            self.add_error(name, trouble.message)
            return None

    def params(self) -> dict[str, Any]:
        """Without the parts of which the subnets and options were made."""
        given = self.cleaned_data
        names = ("endpoint", "name", "driver", "subnets", "ipv6", "internal", "dns", "options")
        servers = given["dns_servers"].replace(",", " ").split()
        more = {"parent": given["parent"].strip(), "dns_servers": servers}
        return {name: given[name] for name in (*names, "labels")} | more

    def refuse(self, refused: FieldRefusal) -> None:
        """Subnets stand in the field of the first one's family."""
        if refused.field == "subnets":
            refused.field = "subnet4" if self.cleaned_data.get("subnet4") else "subnet6"
        super().refuse(refused)
