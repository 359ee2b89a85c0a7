"""What may hold secrets, for whoever approves it: whatever looks like one is hidden as a whole.

Hidden is what is a value by its place (environment, secrets, config maps, headers) or by the name beside it,
and each value, command and instruction that looks as if a secret were in it (looks). An approval counts for
all of it, so whoever decides is shown it on request, which is an entry (hosts.actions.approvals.show_hidden).
"""

from hosts.guardrails.masked.containerfile import containerfile
from hosts.guardrails.masked.kube import kube
from hosts.guardrails.masked.limits import CUT, MOST, visible
from hosts.guardrails.masked.looks import HIDDEN, image
from hosts.guardrails.masked.order import option, order

__all__ = ["CUT", "HIDDEN", "MOST", "containerfile", "image", "kube", "option", "order", "visible"]
