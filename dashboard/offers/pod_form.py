"""What the page asks that makes a pod."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.action_forms import CreateForm, code_line, code_lines
from dashboard.furniture.forms import ParsedField
from hosts.actions.pods import create_pod
from hosts.actions.run import run_fields
from hosts.refusals import Refusal


def _ports(text: str) -> list[dict[str, Any]]:
    """One port a line. Raises Refusal naming the line."""
    found = []
    for number, written in enumerate(text.splitlines(), 1):
        if not written.strip():
            continue
        try:
            found.append(run_fields.port(written.strip()))
        except Refusal as wrong:
            raise Refusal(_("Line %(n)d: %(why)s") % {"n": number, "why": wrong}) from wrong
    return found


class PodForm(CreateForm):
    """Host, name, ports, network, what is shared."""

    FOLDED = ("hostname", "shared", "infra", "restart", "labels")

    ports = ParsedField(
        _ports,
        label=_("Ports"),
        help_text=_("One per line, host:container. They belong to the pod, not to a container."),
        widget=code_lines("8080:80"),
    )
    network = ParsedField(run_fields.network, label=_("Network"), widget=code_line("podman"))
    hostname = forms.CharField(
        label=_("Host name"), required=False, max_length=253, widget=code_line("shop")
    )
    shared = forms.MultipleChoiceField(
        label=_("Shared namespaces"),
        required=False,
        choices=[
            ("net", _("network: one address, shared ports")),
            ("uts", _("host name")),
            ("ipc", _("memory between processes (IPC)")),
            ("pid", _("processes: each container sees those of the others")),
            ("cgroup", _("control group")),
        ],
        initial=create_pod.DEFAULT_SHARED,
        widget=forms.CheckboxSelectMultiple,
    )
    infra = forms.BooleanField(
        label=_("Infra container"),
        required=False,
        initial=True,
        help_text=_("Keeps the shared namespaces open while no other container runs."),
    )
    restart = forms.ChoiceField(
        label=_("Restart policy of its containers"),
        required=False,
        choices=[(one, one or _("each its own")) for one in create_pod.RESTARTS],
    )
    field_order = ["endpoint", "name", "ports", "network"]
