"""The store of a host as a whole: pruning by plan, checking. One module a verb."""

from hosts.actions.system import (
    check_system,
    prune_containers,
    prune_networks,
    prune_pods,
    prune_volumes,
)

ACTIONS = (
    check_system.ACTION,
    prune_containers.ACTION,
    prune_networks.ACTION,
    prune_pods.ACTION,
    prune_volumes.ACTION,
)
