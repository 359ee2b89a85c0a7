"""Verbs without a card: reads, and changes of the database.

Verbs of actions are registered by their cards (hosts.cards). Roles store these names. Each module also
lists parameters that an entry of its verbs may keep (`audit.params.allow`).
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
    units,
    volumes,
)
