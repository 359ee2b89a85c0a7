"""A registered host for page tests; nothing dials it."""

from typing import Any

from hosts.models import Endpoint, Host, Login

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMUAPlQCTmLAfPmG1aCLn0gq51ygULAnA1N23L0kEwB7"
FINGERPRINT = "SHA256:BvGEOCPImmb35nYSZc/Ly0UI9i2NnBL5dJknIzwMG3A"


def make_host(name: str = "web1", **fields: Any) -> Any:
    """A host with the login root and its rootful socket."""
    given = {"address": "192.0.2.1", "host_key": HOST_KEY, "fingerprint": FINGERPRINT}
    host = Host.objects.create(name=name, **{**given, **fields})
    login = Login.objects.create(host=host, user="root", sealed_key=b"sealed")
    Endpoint.objects.create(
        login=login,
        host=host,
        socket="/run/podman/podman.sock",
        graph_root="/var/lib/containers/storage",
    )
    return host
