"""Containers: one module a verb."""

from hosts.actions.containers import (
    check_container,
    checkpoint_container,
    commit_container,
    init_container,
    kill_container,
    pause_container,
    recreate_container,
    remove_container,
    rename_container,
    restart_container,
    restore_container,
    start_container,
    stop_container,
    unpause_container,
    update_container,
    upgrade_container,
)

ACTIONS = (
    check_container.ACTION,
    checkpoint_container.ACTION,
    commit_container.ACTION,
    init_container.ACTION,
    kill_container.ACTION,
    pause_container.ACTION,
    recreate_container.ACTION,
    remove_container.ACTION,
    rename_container.ACTION,
    restart_container.ACTION,
    restore_container.ACTION,
    start_container.ACTION,
    stop_container.ACTION,
    unpause_container.ACTION,
    update_container.ACTION,
    upgrade_container.ACTION,
)
