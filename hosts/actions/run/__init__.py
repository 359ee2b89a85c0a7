"""Running a container: fields, what clashes, the spec, a pasted line, and the verb itself."""

from hosts.actions.run import run_container

ACTIONS = (run_container.ACTION,)
