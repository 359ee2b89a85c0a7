"""Ask for the same once more: a new job with the old one's parameters, authorised anew."""

from django.utils.translation import gettext as _

from hosts.access import Person
from hosts.actions.artifacts import pull_artifact, push_artifact
from hosts.actions.containers import (
    check_container,
    checkpoint_container,
    init_container,
    kill_container,
    pause_container,
    remove_container,
    restart_container,
    restore_container,
    start_container,
    stop_container,
    unpause_container,
    upgrade_container,
    wait_container,
)
from hosts.actions.images import (
    copy_image,
    pull_image,
    push_image,
    remove_image,
    tag_image,
    untag_image,
)
from hosts.actions.networks import remove_network
from hosts.actions.secrets import remove_secret
from hosts.actions.volumes import remove_volume
from hosts.models import Job
from hosts.refused import Refusal

_ON_OBJECTS = {
    module.VERB: module.ask
    for module in (
        check_container,
        checkpoint_container,
        init_container,
        kill_container,
        pause_container,
        push_image,
        remove_container,
        remove_image,
        remove_network,
        remove_secret,
        remove_volume,
        restart_container,
        restore_container,
        start_container,
        stop_container,
        tag_image,
        unpause_container,
        untag_image,
        upgrade_container,
        wait_container,
    )
}
_BY_NAME = {module.VERB: module.ask for module in (pull_artifact, push_artifact)}


def can(job: Job) -> bool:
    """True when the job has ended and its parameters are all kept (secrets are not)."""
    if job.endpoint_id is None or job.state in Job.OPEN:
        return False
    return job.verb in (*_ON_OBJECTS, *_BY_NAME, pull_image.VERB, copy_image.VERB)


def ask(person: Person, job: Job) -> Job:
    """The new job. NotVisible, Denied; Refusal when it cannot be asked for again."""
    if not can(job) or job.endpoint_id is None:
        raise Refusal(_("This job cannot be asked for again."))
    if job.verb == pull_image.VERB:
        return pull_image.ask(person, job.endpoint_id, reference=job.params["image"])
    if job.verb in _BY_NAME:
        named: Job = _BY_NAME[job.verb](person, job.endpoint_id, name=job.params["name"])
        return named
    if job.verb == copy_image.VERB:
        source = (job.params["source_endpoint"], job.object_id)
        copied: Job = copy_image.ask_many(person, [source], [job.endpoint_id]).jobs.get()
        return copied
    job_asked: Job = _ON_OBJECTS[job.verb](person, (job.endpoint_id, job.object_id), **job.params)
    return job_asked
