"""The run form: a container from fields, with its `podman run` line and each error beside its field."""
