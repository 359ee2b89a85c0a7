"""Why an image was not pulled."""

from hosts.actions.images.pull import _failed
from hosts.podman.errors import PullFailed

REFUSED = PullFailed("pinging registry: dial tcp 127.0.0.1:443: connect: connection refused")


def test_an_image_that_only_a_host_itself_can_have() -> None:
    words = _failed("localhost/shop:1", "localhost", REFUSED, known=False)
    assert "has no image localhost/shop:1" in words
    assert "network" not in words


def test_a_registry_that_is_not_reached() -> None:
    words = _failed("localhost:5000/shop:1", "localhost:5000", REFUSED, known=False)
    assert "cannot reach localhost:5000" in words
