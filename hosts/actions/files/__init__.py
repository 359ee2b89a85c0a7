"""Files of a container or a volume: read, upload, edit, rename, remove, as streamed actions.

Only `open_volume` and `open_container` are jobs. They make a helper container, for a volume that no
container mounts and for a container that does not run.

Paths are those that a person sees: absolute, in a volume from its own root, decoded by `os.fsdecode`. No
name becomes part of a shell script.
"""
