"""The run form: a container from fields, with the `podman run` line and every problem beside its field."""
