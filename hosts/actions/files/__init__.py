"""Files of a container or a volume: read, upload, edit, rename, remove, as streamed actions.

`open_volume` and `open_container` alone are jobs: they make a container for a while, for a volume
that none mounts and for a container that does not run.

Paths are those a person sees: absolute, and in a volume below the volume's own root. They are
`str` as `os.fsdecode` makes them. Nothing here goes through a shell with a name in its script.
"""
