"""Every page's address. Each page room has its own urls.py and namespace."""

from importlib.util import find_spec

from django.urls import include, path

from dashboard import health


def _there(room: str) -> bool:
    return bool(find_spec(room.rpartition(".")[0]) and find_spec(room))


rooms = [
    ("", "dashboard.pages.overview.urls"),
    ("account/", "dashboard.pages.signin.urls"),
    ("", "dashboard.pages.welcome.urls"),
    ("people/", "dashboard.pages.people.urls"),
    ("hosts/", "dashboard.pages.hosts.urls"),
    ("groups/", "dashboard.pages.groups.urls"),
    ("containers/", "dashboard.pages.containers.urls"),
    ("pods/", "dashboard.pages.pods.urls"),
    ("images/", "dashboard.pages.images.urls"),
    ("volumes/", "dashboard.pages.volumes.urls"),
    ("networks/", "dashboard.pages.networks.urls"),
    ("registries/", "dashboard.pages.registries.urls"),
    ("jobs/", "dashboard.pages.jobs.urls"),
    ("audit/", "dashboard.pages.audit.urls"),
]
urlpatterns = [
    *(path(prefix, include(room)) for prefix, room in rooms if _there(room)),
    path("healthz", health.alive),
    path("readyz", health.ready),
]
