"""Running a container: fields, conflicts, the spec, a pasted line, and the verbs."""
