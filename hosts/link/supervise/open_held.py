"""Opens what a held job was given under seal, for whoever decides on it.

Web cannot open the vault, so it asks the link. The link opens only what an entry of the log says
is being read, and only while nobody has decided.
"""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from audit.models import Entry
from audit.shapes import Kind
from hosts import vault
from hosts.guardrails.sealed_params import SHOW, sealed_fields
from hosts.jobs.ask import PURPOSE
from hosts.models import Approval, Job

# the most time between the entry and this request
_SOON: Final = timedelta(minutes=1)


def open_held(entry: int) -> dict[str, str]:
    """The texts that the entry of this number names, by field. ValueError, VaultError."""
    since = timezone.now() - _SOON
    read = Entry.objects.filter(number=entry, verb=SHOW, kind=Kind.EVENT, at__gte=since).first()
    if read is None or not read.target_id.isdecimal():
        raise ValueError("no entry says that it is being read")
    job = Job.objects.filter(
        pk=int(read.target_id), state=Job.State.HELD, approvals__state=Approval.State.ASKED
    ).first()
    if job is None or job.sealed_params is None:
        raise ValueError("the job does not wait for an approval, or has nothing sealed")
    text = vault.open_sealed(bytes(job.sealed_params), PURPOSE).decode()
    fields = read.params["fields"]
    return {name: reads(text) for name, reads in sealed_fields(job).items() if name in fields}
