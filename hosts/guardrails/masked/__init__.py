"""Texts that can hold secrets, for whoever approves them: as they were written, secret values hidden.

Hidden is what is a value by its place (environment, secrets, config maps, headers), by the name beside it or
by where a program takes one, and what looks like a secret. The rest is shown, and above all what runs: an
approval counts for what was seen.
"""

from hosts.guardrails.masked.arguments import arguments, line
from hosts.guardrails.masked.containerfile import containerfile
from hosts.guardrails.masked.kube import ANEW, kube
from hosts.guardrails.masked.limits import CUT, MOST, visible
from hosts.guardrails.masked.names import HIDDEN
from hosts.guardrails.masked.order import option, order
from hosts.guardrails.masked.words import image, words

__all__ = [
    "ANEW",
    "CUT",
    "HIDDEN",
    "MOST",
    "arguments",
    "containerfile",
    "image",
    "kube",
    "line",
    "option",
    "order",
    "visible",
    "words",
]
