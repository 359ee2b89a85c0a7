"""The build form filled from an earlier job. Its file and the values of its arguments are erased by
then.
"""

from typing import Any

from django.http import HttpRequest

from hosts.access import Person, get_job
from hosts.actions.builds import build_image
from hosts.actions.run.table.parsers import pair_lines
from hosts.models import Job


def job_of(request: HttpRequest, person: Person) -> Job | None:
    """The build job that ?again= names. Raises NotVisible."""
    given = request.GET.get("again", "")
    if not (given.isascii() and given.isdecimal()):
        return None
    job = get_job(person, int(given))
    return job if job.verb == build_image.VERB else None


def initial(job: Job) -> dict[str, Any]:
    """Initial values of the form. Arguments have names only."""
    params = job.params
    return {
        "endpoint": job.endpoint_id,
        "tags": "\n".join(params.get("tags", [])),
        "target": params.get("target", ""),
        "platform": params.get("platform", ""),
        "labels": pair_lines(params.get("labels", {})),
        "arguments": "".join(f"{name}=\n" for name in params.get("argument_names", [])),
        "pull_always": bool(params.get("pull")),
        "no_cache": bool(params.get("no_cache")),
    }
