"""What is offered to do with a kube file: play it, and take down what it names."""

from django.utils.translation import gettext_lazy as _

from dashboard.furniture.offer import Offer
from dashboard.furniture.places import Place, places
from dashboard.offers import host_bodies
from hosts.actions.kube import down_kube, play_kube

PLAY = Offer(
    play_kube.ACTION,
    _("Kube YAML"),
    "ship",
    body=host_bodies.PlayOptions,
    command=_("Play kube YAML"),
    also=_("kubernetes deployment"),
    page="kube:page",
    on=places(Place.LIST),
)
# on the same page
DOWN = Offer(down_kube.ACTION, body=host_bodies.DownOptions, page="kube:page", on=places())
OFFERS = (PLAY, DOWN)
