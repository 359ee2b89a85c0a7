"""Rows by the name of their host: a group per endpoint, and the sort that uses it."""

from django.utils.translation import gettext_lazy as _

from dashboard.live.grouping import Grouping, Key
from hosts.access import Person
from hosts.models import Endpoint


def endpoint_names(keys: list[Key], person: Person) -> dict[Key, str]:
    """What each endpoint is called, as str(endpoint); keys are (endpoint id,)."""
    # plain values: a thousand endpoints as objects cost more than the page
    every = Endpoint.objects.order_by().values_list("pk", "host__name", "rootless", "user")
    names = {pk: f"{host}/{user}" if rootless else host for pk, host, rootless, user in every}
    return {key: names[key[0]] for key in keys if key[0] in names}


BY_HOST = Grouping("host", _("host"), ("endpoint_id",), titles=endpoint_names)
