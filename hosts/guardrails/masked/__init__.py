"""Texts for whoever approves a job, with everything hidden that may be a secret.

Hidden are values by their place (environment, secrets, config maps, headers), by the name beside them, and
texts that look like a secret (`patterns`). The approver can have it shown, which is logged
(hosts.actions.approvals.show_hidden).
"""

from hosts.guardrails.masked.containerfile import containerfile
from hosts.guardrails.masked.kube import kube
from hosts.guardrails.masked.limits import CUT, MOST, visible
from hosts.guardrails.masked.patterns import HIDDEN, image
from hosts.guardrails.masked.request import request
from hosts.guardrails.masked.run_params import option, run_params

__all__ = [
    "CUT",
    "HIDDEN",
    "MOST",
    "containerfile",
    "image",
    "kube",
    "option",
    "request",
    "run_params",
    "visible",
]
