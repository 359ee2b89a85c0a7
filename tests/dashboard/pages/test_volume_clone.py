"""The form of a volume's copy."""

from typing import Any

from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]


def test_no_copy_by_an_image_that_holds_nothing(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    hosts.add(hosts.web1, "volume", "db")
    hosts.add(hosts.web1, "image", "localhost/podman-pause:5.4.2-1", size_bytes=700_000)
    hosts.add(hosts.web1, "image", "docker.io/library/busybox:1", size_bytes=2_000_000)
    page = browser_of(cast.bob).get(f"/volumes/{hosts.web1.pk}/volume-db/clone/").content.decode()
    assert ">docker.io/library/busybox:1<" in page
    assert "podman-pause" not in page
