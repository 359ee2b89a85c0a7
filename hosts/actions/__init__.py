"""Everything that changes something on a host: one module per verb, each with `ask` and `do`.

Pages, API and tasks call `ask`; the worker calls `do`. Nobody else changes a host.
"""

from hosts.actions import (
    kill_container,
    pause_container,
    pull_image,
    remove_container,
    remove_image,
    restart_container,
    run_container,
    start_container,
    stop_container,
    unpause_container,
)
from hosts.actions.action import Action

ACTIONS: dict[str, Action] = {
    module.ACTION.verb: module.ACTION
    for module in (
        kill_container,
        pause_container,
        pull_image,
        remove_container,
        remove_image,
        restart_container,
        run_container,
        start_container,
        stop_container,
        unpause_container,
    )
}
