"""The verbs of the domain that have no card: reads, and changes of the database alone. Those of
actions are registered by their cards (hosts.cards).

Roles store these names. Each module says too which parameters an entry of its verbs may hold as
they are (`audit.params.allow`), beside those that audit allows every verb.
"""

from hosts.verbs import (  # noqa: F401 - importing registers
    containers,
    freezes,
    guardrails,
    hosts,
    images,
    jobs,
    kube,
    locks,
    mutes,
    networks,
    pods,
    registries,
    requests,
    secrets,
    volumes,
)
