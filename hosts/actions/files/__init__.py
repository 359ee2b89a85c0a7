"""Files of a container or a volume: read, upload, edit, rename, remove. All of it streamed actions.

Paths are those a person sees: absolute, and in a volume below the volume's own root. They are
`str` as `os.fsdecode` makes them. Nothing here goes through a shell with a name in its script.
"""
