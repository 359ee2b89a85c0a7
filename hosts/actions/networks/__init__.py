"""Networks: one module a verb, and the fields of a new one."""

from hosts.actions.networks import (
    connect_network,
    create_network,
    disconnect_network,
    remove_network,
)

ACTIONS = (
    connect_network.ACTION,
    create_network.ACTION,
    disconnect_network.ACTION,
    remove_network.ACTION,
)
