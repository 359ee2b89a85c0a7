"""Rows by the name of their host: a group per endpoint, and the sort that goes through them."""

from django.utils.translation import gettext_lazy as _

from dashboard.live.grouping import Grouping, Key
from hosts.access import Person
from hosts.models import Endpoint


def endpoint_names(keys: list[Key], person: Person) -> dict[Key, str]:
    """What each endpoint is called; keys are (endpoint id,)."""
    wanted = Endpoint.objects.filter(pk__in=[key[0] for key in keys]).select_related("host")
    return {(endpoint.pk,): str(endpoint) for endpoint in wanted}


BY_HOST = Grouping("host", _("host"), ("endpoint_id",), titles=endpoint_names)
