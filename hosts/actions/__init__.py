"""Everything that changes something on a host: one module per verb, each with `ask` and `do`.

A room per subject, which lists its own. Pages, API and tasks call `ask`; the worker calls `do`.
Nobody else changes a host.
"""

from hosts.actions import (
    artifacts,
    builds,
    containers,
    files,
    hosts,
    images,
    kube,
    networks,
    pods,
    run,
    secrets,
    system,
    volumes,
)
from hosts.actions.action import Action

ACTIONS: dict[str, Action] = {
    action.verb: action
    for room in (
        artifacts,
        builds,
        containers,
        files,
        hosts,
        images,
        kube,
        networks,
        pods,
        run,
        secrets,
        system,
        volumes,
    )
    for action in room.ACTIONS
}
