"""A host's record cannot be pointed at another registered machine.

Several hosts may trust the same key of Haulout. People who may edit one host could otherwise act on
another.
"""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hosts.access import Person, allows
from hosts.models import Host
from hosts.refusals import FieldRefusal


def refuse_others_key(person: Person, host: Host, fingerprint: str) -> None:
    """FieldRefusal("fingerprint", …) for the key of a host that the person may not edit."""
    others = Host.objects.filter(fingerprint=fingerprint)
    _refuse(person, host, others, "fingerprint")


def refuse_others_address(person: Person, host: Host, address: str, port: int) -> None:
    """FieldRefusal("address", …) for the address of a host that the person may not edit."""
    others = Host.objects.filter(address__iexact=address.strip(), port=port)
    _refuse(person, host, others, "address")


def _refuse(person: Person, host: Host, others: QuerySet[Host], field: str) -> None:
    for other in others.exclude(pk=host.pk):
        if not allows(person, "host.edit", other):
            raise FieldRefusal(
                field,
                _("Another registered machine has that address."),
                cure=_("Somebody who may edit both hosts can do this."),
            )
