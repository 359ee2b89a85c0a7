"""Pasted text to try the rules on: a run line, a spec, a kube file or a Containerfile."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.builds import build_image
from hosts.actions.builds.build_fields import build_order
from hosts.actions.kube import play_kube
from hosts.actions.kube.kube_yaml import YamlRefused
from hosts.actions.run import pasted_line, run_spec
from hosts.guardrails import Proposal, from_spec
from hosts.guardrails.reader import refuse_duplicate_keys
from hosts.models import Endpoint
from hosts.refusals import Refusal

LONGEST = 200_000
_POD = {"no_infra", "shared_namespaces", "infra_image", "pod_devices", "exit_policy"}
_CONTAINERFILE = re.compile(r"(?:\s*(?:#.*)?\n)*\s*(FROM|ARG)\s", re.IGNORECASE)
LINE, SPEC, POD, KUBE, FILE = "line", "spec", "pod", "kube", "file"


@dataclass(frozen=True, slots=True)
class PastedText:
    """`what`: the sort of text. `left_out`: options that are ignored. `pod`: the pod it would join."""

    what: str
    proposal: Proposal
    left_out: list[str] = field(default_factory=list)
    pod: str = ""


def read(text: str, endpoint: Endpoint) -> PastedText:
    """Parse the text. Raises Refusal."""
    text = text[:LONGEST].replace("\r\n", "\n")
    bare = text.strip()
    if not bare:
        raise Refusal(_("Paste something first."))
    if bare.startswith("{"):
        return _spec(bare)
    if re.search(r"^\s*(- )?(kind|apiVersion)\s*:", text, re.MULTILINE):
        try:
            plan = play_kube.plan_on(endpoint, text)
        except YamlRefused as refused:
            where = _("Line %d:") % refused.line if refused.line else ""
            raise Refusal(f"{where} {refused.message}".strip()) from refused
        return PastedText(KUBE, play_kube.proposal(endpoint, plan))
    if _CONTAINERFILE.match(text):
        order = build_order(tags=["localhost/try:1"])
        return PastedText(FILE, build_image.proposal(order, text))
    return _line(bare, endpoint)


def _spec(bare: str) -> PastedText:
    try:
        found = json.loads(bare, object_pairs_hook=refuse_duplicate_keys)
    except (ValueError, RecursionError) as wrong:
        raise Refusal(_("It looks like JSON, but is not valid: %s") % wrong) from wrong
    if not isinstance(found, dict):
        raise Refusal(_("A spec must be a JSON object."))
    if _POD & found.keys():
        return PastedText(POD, from_spec.pod("pod.create", found))
    # Podman reads keys in any case
    pod = next((value for key, value in found.items() if key.casefold() == "pod"), "")
    return PastedText(SPEC, from_spec.container("container.run", found), pod=str(pod or ""))


def _line(bare: str, endpoint: Endpoint) -> PastedText:
    line = pasted_line.read(bare)
    params: dict[str, Any] = {"image": ""}
    problems = []
    for name, text in line.texts().items():
        try:
            params |= run_spec.params_of({name: text})
        except Refusal as wrong:
            problems.append(str(wrong))
    left = [_("The form has no field for %s.") % ", ".join(line.left_out)] if line.left_out else []
    spec = run_spec.spec_to_judge(params, endpoint)
    left_out = [*left, *line.reasons, *problems]
    proposal = from_spec.container("container.run", spec)
    return PastedText(LINE, proposal, left_out, str(params.get("pod") or ""))
