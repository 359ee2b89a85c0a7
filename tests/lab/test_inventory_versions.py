"""The inventory on every Podman that the lab has, and through the narrowest key."""

import pytest

from hosts import vault
from hosts.link import keys
from hosts.models import Container, Endpoint, Image, Login
from tests.lab.hosts import Host, Lab
from tests.lab.link_process import Link, link, register, reload, state_of, until, up
from tests.lab.podman_hosts import any_host, any_lab

__all__ = ["any_host", "any_lab", "link"]


def test_a_containers_life(any_host: Host, link: Link) -> None:
    host = any_host
    endpoint = register(host)
    assert endpoint.podman_version == host.podman_version
    host.podman("run", "-d", "--name", "seal", "-p", "8391:80", "-l", "a=b", "localhost/logger")
    until("seen", lambda: state_of(endpoint, "seal") == "running")
    row = Container.objects.get(name="seal")
    assert (row.image, row.labels["a"]) == ("localhost/logger:latest", "b")
    assert row.ports[0]["host_port"] == 8391
    assert row.started_at is not None
    host.podman("pause", "seal")
    until("paused", lambda: state_of(endpoint, "seal") == "paused")
    host.podman("unpause", "seal")
    host.podman("stop", "-t", "0", "seal")
    until("stopped", lambda: state_of(endpoint, "seal") == "exited")
    host.podman("rm", "seal")
    until("gone", lambda: state_of(endpoint, "seal") == "")
    assert Image.objects.filter(endpoint=endpoint, size_bytes__gt=0, gone=None).exists()


@pytest.mark.usefixtures("clean_hosts")
def test_a_key_that_permits_one_socket_only(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    endpoint = register(host, wait=False)
    key = keys.generate()
    (line,) = (
        one.line for one in keys.authorized_forms(keys.public_line(key)) if one.form == "dial-stdio"
    )
    host.run("sh", "-c", f"printf '%s\\n' '{line}' >> $HOME/.ssh/authorized_keys")
    sealed = vault.seal(keys.export_private(key), "ssh-key")
    Login.objects.filter(pk=endpoint.login_id).update(sealed_key=sealed)
    login = Login.objects.get(pk=endpoint.login_id)
    login.save()
    Endpoint.objects.filter(pk=endpoint.pk).update(compared_at=None)
    reload()
    until("up", lambda: up(endpoint), timeout_s=30)
    host.podman("run", "-d", "--name", "narrow", "localhost/logger")
    until("seen", lambda: state_of(endpoint, "narrow") == "running")
