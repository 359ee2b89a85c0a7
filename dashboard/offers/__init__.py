"""What is offered to do: an `Offer` per verb, a module per kind of object."""

from dashboard.furniture.offer import Offer
from dashboard.offers import containers, images, kube, networks, pods, secrets, volumes

OFFERS: tuple[Offer, ...] = (
    *containers.OFFERS,
    *pods.OFFERS,
    *images.OFFERS,
    *volumes.OFFERS,
    *networks.OFFERS,
    *secrets.OFFERS,
    *kube.OFFERS,
)
