"""Who may do what. One function fetches and authorises; what one may not see does not exist."""

from hosts.access.fetch import get_endpoint, get_host, get_job, get_object, require
from hosts.access.person import Denied, NotVisible, Person
from hosts.access.visible import allows, visible_endpoints, visible_hosts, visible_jobs

__all__ = [
    "Denied",
    "NotVisible",
    "Person",
    "allows",
    "get_endpoint",
    "get_host",
    "get_job",
    "get_object",
    "require",
    "visible_endpoints",
    "visible_hosts",
    "visible_jobs",
]
