"""Names of files to download."""

from hosts.models import Image


def file_name(rows: list[Image]) -> str:
    """ "web-latest.tar" of one image, "images.tar" of several."""
    if len(rows) > 1:
        return "images.tar"
    name = (rows[0].name or rows[0].podman_id[:12]).rpartition("/")[2]
    return name.replace(":", "-").replace("@", "-") + ".tar"
