"""What is offered to do: an `Offer` per verb, a module per kind of object."""

from dashboard.furniture.offer import Offer
from dashboard.furniture.places import Link
from dashboard.offers import (
    containers,
    hosts,
    images,
    kube,
    networks,
    pods,
    secrets,
    units,
    volumes,
)

OFFERS: tuple[Offer, ...] = (
    *containers.OFFERS,
    *pods.OFFERS,
    *images.OFFERS,
    *volumes.OFFERS,
    *networks.OFFERS,
    *secrets.OFFERS,
    *units.OFFERS,
    *kube.OFFERS,
)
# what stands on the pages of each kind, in that order
BUTTONS: dict[str, tuple[Offer | Link, ...]] = {
    "host": hosts.BUTTONS,
    "container": containers.BUTTONS,
    "pod": pods.BUTTONS,
    "image": images.BUTTONS,
    "volume": volumes.BUTTONS,
    "network": networks.BUTTONS,
    "secret": secrets.BUTTONS,
    "unit": units.BUTTONS,
}
