"""The build form, for a typed Containerfile and for an uploaded context."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.action_forms import CreateForm, code_line, code_lines
from dashboard.furniture.forms import ParsedField
from hosts.actions.builds.build_fields import BuildOrder, build_order
from hosts.actions.run import run_fields


class BuildForm(CreateForm):
    """Host, Containerfile (its text, or its path in the context), tags, and folded options."""

    FOLDED = ("target", "platform", "arguments", "labels", "pull_always", "no_cache")

    name = None  # type: ignore[assignment]  # an image has tags, several at once
    text = forms.CharField(
        label=_("Containerfile"),
        required=False,
        strip=False,
        widget=code_lines("FROM docker.io/library/alpine:3\nRUN apk add --no-cache curl", rows=14),
    )
    tags = forms.CharField(
        label=_("Names"),
        required=False,
        max_length=4000,
        widget=code_lines("shop:1", rows=1),
        help_text=_("One per line. Without a registry it becomes localhost/…"),
    )
    containerfile = forms.CharField(
        label=_("Containerfile in the context"),
        required=False,
        max_length=300,
        widget=code_line("Containerfile"),
        help_text=_("Its path in the context; empty: Containerfile."),
    )
    target = forms.CharField(
        label=_("Stage"), required=False, max_length=128, widget=code_line("build")
    )
    platform = forms.CharField(
        label=_("Platform"), required=False, max_length=60, widget=code_line("linux/arm64")
    )
    arguments = ParsedField(
        run_fields.environment,
        label=_("Build arguments"),
        strip=False,
        widget=code_lines("VERSION=1"),
        help_text=_(
            "One NAME=value per line. Values are encrypted, but a RUN that prints one reveals it."
        ),
    )
    pull_always = forms.BooleanField(label=_("Pull newer base images"), required=False)
    no_cache = forms.BooleanField(label=_("Without the cache"), required=False)
    field_order = ["endpoint", "text", "containerfile", "tags"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # required by `order`, which has its own words; the label must not say optional
        self.fields["tags"].widget.is_required = True

    def order(self) -> BuildOrder:
        """The BuildOrder of the cleaned fields. Raises HostRefused, naming the field."""
        given: dict[str, Any] = dict(self.cleaned_data)
        return build_order(
            tags=given["tags"].splitlines(),
            containerfile=given["containerfile"],
            target=given["target"],
            platform=given["platform"],
            no_cache=given["no_cache"],
            pull_always=given["pull_always"],
            labels=given["labels"],
            arguments=given["arguments"],
        )
