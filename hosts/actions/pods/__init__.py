"""Pods: one module a verb."""

from hosts.actions.pods import (
    create_pod,
    kill_pod,
    pause_pod,
    remove_pod,
    restart_pod,
    start_pod,
    stop_pod,
    unpause_pod,
)

ACTIONS = (
    create_pod.ACTION,
    kill_pod.ACTION,
    pause_pod.ACTION,
    remove_pod.ACTION,
    restart_pod.ACTION,
    start_pod.ACTION,
    stop_pod.ACTION,
    unpause_pod.ACTION,
)
