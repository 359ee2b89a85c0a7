"""Every verb of the domain, a module per subject, with words that say what it permits.

Roles store these names. Each module says too which parameters an entry of its verbs may hold as
they are (`audit.params.allow`), beside those that audit allows every verb.
"""

from hosts.verbs import (  # noqa: F401 - importing registers
    artifacts,
    containers,
    files,
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
    system,
    volumes,
)
