"""Forms of the wizard and of a host's settings. No secret is ever rendered back."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.forms import PLAIN, RefusalForm
from dashboard.pages.hosts.words import KEY_FORMS
from hosts.actions.hosts.connection_files import LIMIT_BYTES
from hosts.control import ControlError
from hosts.link.errors import LinkError
from hosts.models import Group, Host, Login
from hosts.refusals import FieldRefusal


class JumpForm(RefusalForm):
    """The jump host of a login."""

    via = forms.ModelChoiceField(
        label=_("Jump host"),
        queryset=Login.objects.none(),
        required=False,
        empty_label=_("none: direct connection"),
    )

    def __init__(self, *args: Any, jumps: Sequence[Login] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["via"]
        assert isinstance(field, forms.ModelChoiceField)
        rows = Login.objects.filter(pk__in=[jump.pk for jump in jumps])
        field.queryset = rows.select_related("host").defer("sealed_key")


class AddressForm(JumpForm):
    """A host's address, the account, and the jump host."""

    address = forms.CharField(
        label=_("Address"),
        max_length=400,
        help_text=_("A name or IP address; root@web1:2222 or a whole ssh:// address work too."),
        widget=forms.TextInput(attrs={**PLAIN, "autofocus": True, "inputmode": "url"}),
    )
    port = forms.IntegerField(
        label=_("SSH port"),
        required=False,
        help_text=_("Empty means 22."),
        widget=forms.NumberInput(attrs={"min": 1, "max": 65535}),
    )
    user = forms.CharField(
        label=_("Account"),
        max_length=64,
        required=False,
        help_text=_("Whose containers to show. Empty means root."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    field_order = ["address", "port", "user", "via"]

    def __init__(self, *args: Any, jumps: Sequence[Login] = (), **kwargs: Any) -> None:
        super().__init__(*args, jumps=jumps, **kwargs)
        self.fields["via"].help_text = _("A registered host; each host keeps its own key.")
        if not jumps:
            del self.fields["via"]


class ConnectionFileForm(RefusalForm):
    """A file of connections, chosen or pasted."""

    connections = forms.CharField(
        label=_("Connections"),
        required=False,
        strip=False,
        help_text=_(
            "podman-connections.json, containers.conf, or what “docker context inspect” prints."
        ),
        widget=forms.Textarea(attrs={**PLAIN, "rows": 5}),
    )
    file = forms.FileField(label=_("Or a file"), required=False, allow_empty_file=True)

    def content(self) -> str | bytes:
        """What was chosen, else what was pasted. Call after is_valid."""
        chosen = self.cleaned_data["file"]
        if chosen is None:
            pasted: str = self.cleaned_data["connections"]
            return pasted
        found: bytes = chosen.read(LIMIT_BYTES + 1)
        return found


class CertificateForm(RefusalForm):
    """The SSH certificate of a login."""

    certificate = forms.CharField(
        label=_("SSH certificate"),
        required=False,
        max_length=20_000,
        help_text=_("The line of KEY-cert.pub. Empty: sign in with the key alone."),
        widget=forms.Textarea(attrs={**PLAIN, "rows": 2}),
    )


class AuthorityForm(RefusalForm):
    """The certificate authority of a host."""

    host_ca = forms.CharField(
        label=_("Certificate authority of hosts"),
        required=False,
        max_length=20_000,
        help_text=_(
            "@cert-authority and @revoked lines as in known_hosts. Every key that it has signed "
            "for this address is trusted, instead of the one above. Empty: only that one."
        ),
        widget=forms.Textarea(attrs={**PLAIN, "rows": 2}),
    )


class AccountForm(RefusalForm):
    """Another account of a registered host."""

    user = forms.CharField(
        label=_("Account"),
        max_length=64,
        help_text=_("The user that runs the containers, for example deploy."),
        widget=forms.TextInput(attrs={**PLAIN, "autofocus": True}),
    )


class PasswordForm(RefusalForm):
    """The account's password, used once."""

    password = forms.CharField(
        label=_("Password of the account"),
        strip=False,
        max_length=1024,
        help_text=_("Used only now to add the line. It is not stored, logged or queued."),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
    )

    form = forms.ChoiceField(
        label=_("What the key may do"), choices=tuple(KEY_FORMS.items()), initial="plain"
    )


class SecretTextarea(forms.Textarea):
    """A text area that never renders its value, not even beside an error."""

    def format_value(self, value: Any) -> None:
        return


class OwnKeyForm(RefusalForm):
    """A private key that the person brings."""

    private_key = forms.CharField(
        label=_("Private key"),
        max_length=20_000,
        strip=False,
        help_text=_(
            "In OpenSSH's format or PEM (RSA, EC, PKCS#8). It is encrypted at once; nobody can "
            "read it here again."
        ),
        widget=SecretTextarea(
            attrs={
                **PLAIN,
                "rows": 6,
                "placeholder": "-----BEGIN OPENSSH PRIVATE KEY-----",
            }
        ),
    )

    passphrase = forms.CharField(
        label=_("Its passphrase, if it has one"),
        required=False,
        strip=False,
        max_length=1024,
        help_text=_("Used only now to open the key. It is not stored, logged or queued."),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
    )
    certificate = forms.CharField(
        label=_("Its SSH certificate, if it has one"),
        required=False,
        max_length=20_000,
        help_text=_("The line of KEY-cert.pub."),
        widget=forms.Textarea(attrs={**PLAIN, "rows": 2}),
    )


class GroupChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Check boxes of groups, by name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Group.objects.all(),
            to_field_name="name",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **options,
        )


class NamesForm(RefusalForm):
    """Name, groups and notes of a host."""

    name = forms.CharField(
        label=_("Name"),
        max_length=63,
        help_text=_("The name in lists and in the audit log."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    groups = GroupChoice(label=_("Groups"))
    new_groups = forms.CharField(
        label=_("New groups"),
        required=False,
        max_length=300,
        help_text=_("Such as prod or edge, separated by spaces."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    notes = forms.CharField(
        label=_("Notes"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, groups: QuerySet[Group] | None, **kwargs: Any) -> None:
        """`groups`: those to choose from; None removes the fields."""
        super().__init__(*args, **kwargs)
        if groups is None:
            del self.fields["groups"], self.fields["new_groups"]
            return
        offered = self.fields["groups"]
        assert isinstance(offered, GroupChoice)
        offered.queryset = groups

    def group_names(self) -> list[str]:
        """The ticked groups and the new ones."""
        if "groups" not in self.fields:
            return []
        ticked = [group.name for group in self.cleaned_data["groups"]]
        typed: str = self.cleaned_data["new_groups"]
        return ticked + typed.replace(",", " ").split()

    def refuse(self, trouble: FieldRefusal | ControlError | LinkError, *, field: str = "") -> None:
        """Show an error about groups beside the field with the typed names."""
        if isinstance(trouble, FieldRefusal) and trouble.field == "groups":
            field = "new_groups"
        super().refuse(trouble, field=field)


class EditForm(NamesForm):
    """A registered host's names and address."""

    address = forms.CharField(
        label=_("Address"), max_length=253, widget=forms.TextInput(attrs=PLAIN)
    )
    port = forms.IntegerField(
        label=_("SSH port"), widget=forms.NumberInput(attrs={"min": 1, "max": 65535})
    )
    field_order = ["name", "address", "port", "groups", "new_groups", "notes"]

    def __init__(
        self, *args: Any, kind: str, groups: QuerySet[Group] | None, **kwargs: Any
    ) -> None:
        """`groups`: those to choose from; None removes the fields."""
        super().__init__(*args, groups=groups, **kwargs)
        if kind == Host.Kind.LOCAL:
            del self.fields["address"], self.fields["port"]


class SocketForm(RefusalForm):
    """The path of a socket that the doctor did not find."""

    socket = forms.CharField(
        label=_("Path of the socket"),
        max_length=200,
        help_text=_("For example /run/user/1000/podman/podman.sock."),
        widget=forms.TextInput(attrs=PLAIN),
    )
