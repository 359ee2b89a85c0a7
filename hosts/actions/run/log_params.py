"""What the log keeps of an order to make a container."""

from typing import Any

from hosts.actions.run.run_ports import port_words
from hosts.actions.run.table.mounts import volume_words


def log_params(params: dict[str, Any]) -> dict[str, Any]:
    """`params` with ports and volumes as a command line writes them. As mappings they would be hashed, and
    a reviewer could not read them.
    """
    shown = dict(params)
    if "ports" in params:
        shown["ports"] = [port_words(port) for port in params["ports"]]
    if "volumes" in params:
        shown["volumes"] = [volume_words(volume) for volume in params["volumes"]]
    return shown
