"""Running a container: fields, what clashes, the spec, a pasted line, and the verbs themselves."""
