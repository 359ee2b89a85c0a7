"""Files of a container or a volume: read, upload, edit, rename, remove, as streamed actions.

`open_volume` alone is a job: it makes a container for a volume that none mounts.

Paths are those a person sees: absolute, and in a volume below the volume's own root. They are
`str` as `os.fsdecode` makes them. Nothing here goes through a shell with a name in its script.
"""

from hosts.actions.files import open_volume

ACTIONS = (open_volume.ACTION,)
