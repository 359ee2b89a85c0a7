"""Containers: one module a verb."""

from hosts.actions.containers import (
    kill_container,
    pause_container,
    recreate_container,
    remove_container,
    restart_container,
    start_container,
    stop_container,
    unpause_container,
    upgrade_container,
)

ACTIONS = (
    kill_container.ACTION,
    pause_container.ACTION,
    recreate_container.ACTION,
    remove_container.ACTION,
    restart_container.ACTION,
    start_container.ACTION,
    stop_container.ACTION,
    unpause_container.ACTION,
    upgrade_container.ACTION,
)
