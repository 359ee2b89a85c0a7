"""Prunes on offer: for each kind a preview, of which the ticked objects are removed."""

from django.utils.translation import gettext_lazy as _

from dashboard.furniture import prune_plans
from dashboard.furniture.offer import Offer, PrunePage
from dashboard.furniture.places import Place, places
from dashboard.words import Words
from hosts.actions.action import Action
from hosts.actions.images import prune_images
from hosts.actions.system import prune_containers, prune_networks, prune_pods, prune_volumes

_ENDED = (("ended", _("Stopped containers")), ("rest", _("Also created ones that never ran")))


def _prune(action: Action, command: Words, page: PrunePage) -> Offer:
    on = places(Place.LIST)
    return Offer(action, _("Prune"), "brush-cleaning", command=command, page=page, on=on)


CONTAINERS = _prune(
    prune_containers.ACTION,
    _("Prune containers"),
    PrunePage(
        prune_plans.containers_to_prune, _ENDED, _("Remove the ticked containers"), measured=True
    ),
)
PODS = _prune(
    prune_pods.ACTION,
    _("Prune pods"),
    PrunePage(prune_plans.pods_to_prune, _ENDED, _("Remove the ticked pods")),
)
IMAGES = _prune(
    prune_images.ACTION,
    _("Prune images"),
    PrunePage(
        prune_plans.images_to_prune,
        (
            ("dangling", _("Without a name (dangling)")),
            ("unused", _("All that no container uses")),
        ),
        _("Remove the ticked images"),
    ),
)
VOLUMES = _prune(
    prune_volumes.ACTION,
    _("Prune volumes"),
    PrunePage(
        prune_plans.volumes_to_prune,
        (
            ("unused", _("All that no container uses")),
            ("anonymous", _("Anonymous ones only")),
        ),
        _("Remove the ticked volumes"),
        measured=True,
        asks=True,
    ),
)
NETWORKS = _prune(
    prune_networks.ACTION,
    _("Prune networks"),
    PrunePage(
        prune_plans.networks_to_prune,
        (("unused", _("All that no container uses")),),
        _("Remove the ticked networks"),
    ),
)
PRUNES = {offer.kind: offer for offer in (CONTAINERS, PODS, IMAGES, VOLUMES, NETWORKS)}
