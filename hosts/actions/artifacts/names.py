"""The endpoint of an artifact, and its full name."""

from typing import Any

from django.utils.translation import gettext as _

from hosts import capabilities
from hosts.access import Person, get_endpoint
from hosts.actions.images.references import parse, parse_full
from hosts.actions.images.registry_words import why
from hosts.guardrails import Proposal
from hosts.jobs.errand import ActionFailed
from hosts.jobs.order import Order
from hosts.models import Endpoint
from hosts.podman.errors import PodmanError
from hosts.refusals import FieldRefusal, Refusal

KIND = "artifact"


def place_for(person: Person, endpoint_id: int, verb: str) -> Endpoint:
    """The endpoint. NotVisible, Denied, FieldRefusal where its Podman has no artifacts."""
    endpoint = get_endpoint(person, endpoint_id, verb)
    if lack := capabilities.lacks(endpoint, "artifacts"):
        raise FieldRefusal("endpoint", lack)
    return endpoint


def whole_name(text: str) -> str:
    """The full name with its tag or digest. Refusal."""
    return str(parse_full(text))


def name_in_registry(text: str) -> str:
    """As `whole_name`, for an artifact in a registry. Refusal."""
    name = whole_name(text)
    if parse(name).registry == "localhost":
        raise Refusal(
            _("“localhost” is not a registry: an artifact is pushed and pulled by its own name.")
        )
    return name


def order_for(
    endpoint: Endpoint, name: str, params: dict[str, Any], *, proposal: Proposal | None = None
) -> Order:
    """The order about the artifact `name`."""
    return Order(
        endpoint=endpoint,
        kind=KIND,
        object_id=name[:255],
        name=name,
        params=params,
        proposal=proposal,
    )


def trouble(words: str, name: str, failed: PodmanError, *, known: bool) -> ActionFailed:
    """What a registry or Podman said, in words with a cure. `known`: credentials were sent."""
    sentence = why(parse(name).registry, failed, known=known)
    return ActionFailed(sentence or words % {"name": name}, failed.message)
