"""Every page's address. Each page room has its own urls.py and namespace."""

from django.urls import include, path

from dashboard import health

urlpatterns = [
    path("", include("dashboard.pages.overview.urls")),
    path("account/", include("allauth.urls")),
    path("", include("dashboard.pages.welcome.urls")),
    path("people/", include("dashboard.pages.people.urls")),
    path("hosts/", include("dashboard.pages.hosts.urls")),
    path("groups/", include("dashboard.pages.groups.urls")),
    path("containers/", include("dashboard.pages.containers.urls")),
    path("pods/", include("dashboard.pages.pods.urls")),
    path("images/", include("dashboard.pages.images.urls")),
    path("volumes/", include("dashboard.pages.volumes.urls")),
    path("networks/", include("dashboard.pages.networks.urls")),
    path("registries/", include("dashboard.pages.registries.urls")),
    path("jobs/", include("dashboard.pages.jobs.urls")),
    path("audit/", include("dashboard.pages.audit.urls")),
    path("healthz", health.alive),
    path("readyz", health.ready),
]
