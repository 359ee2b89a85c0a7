"""Questions that one verb does not answer: what was looked at, whose access was changed. As conditions on
entries, each with an index of its own.
"""

import orjson
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_LOOKS = (  # noqa: SIM905 - read as one line
    "container.logs container.environment container.files container.open container.exec"
    " container.attach container.watch container.export volume.files volume.open image.save"
    " kube.generate artifact.extract audit.export guardrail.show"
).split()
_RULES = ["guardrail.edit", "freeze.edit", "group.edit", "lock.override", "freeze.override"]
_GIVEN = ["access.grant", "access.grant_ended"]
_ASKED = [f"access.{word}" for word in ("ask", "approve", "refuse", "withdraw", "request_expired")]
# refusals changed and showed nothing. Said as what it is not, so that the index of the verb is taken
# and not that of the kind, which half of the log has.
_DONE = Q(intent=None) & ~Q(kind="refusal")
# `what:` in the filter line, and what each means
WHAT: dict[str, str | Promise] = {
    "seen": _("logs, files, environments and terminals that were read"),
    "access": _("changed people, roles, teams, grants, tokens, keys, rules and groups"),
    "signin": _("sign-ins, sign-outs and failed sign-ins"),
}


def what(word: str) -> tuple[Q, ...]:
    """The conditions of a word of WHAT."""
    if word == "seen":
        # one by one: each comes newest first out of the index, however many there are
        return tuple(_DONE & Q(verb=verb) for verb in _LOOKS)
    if word == "signin":
        return (Q(intent=None) & _about("signin"),)
    return (
        *(_DONE & _about(one) for one in ("access", "people", "token", "key")),
        _DONE & Q(verb__in=_RULES),
    )


def about(name: str) -> tuple[Q, ...]:
    """Whatever changed the access of the person or team of this name, and what they asked for."""
    moved = Q()
    for way in ("let_in", "let_out"):
        moved |= Q(params_text__contains=orjson.dumps({way: name}).decode()[1:-1])
    return (
        _DONE & Q(target_kind__in=["user", "team"], target_name=name) & ~_about("signin"),
        _DONE & Q(verb__in=_GIVEN, target_name__endswith=f" to {name}"),
        _DONE & Q(verb__in=_ASKED, target_name__endswith=f" for {name}"),
        _DONE & Q(verb="access.team") & moved,
    )


def _about(subject: str) -> Q:
    # "/" comes right after "."
    return Q(verb__gte=f"{subject}.", verb__lt=f"{subject}/")
