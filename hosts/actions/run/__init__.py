"""Running a container: fields, what clashes, the spec, a pasted line, and the verbs themselves."""

from hosts.actions.run import create_container, run_container

ACTIONS = (create_container.ACTION, run_container.ACTION)
