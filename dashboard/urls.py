"""Every page's address. Each page room has its own urls.py and namespace."""

from django.urls import include, path

from dashboard import errorpages, health
from dashboard.mcp.door import mcp_api

rooms = [
    ("", "dashboard.pages.overview.urls"),
    ("", "dashboard.pages.tokens.urls"),
    ("account/", "dashboard.pages.signin.urls"),
    ("", "dashboard.pages.welcome.urls"),
    ("", "dashboard.pages.stats.urls"),
    ("build/", "dashboard.pages.builds.urls"),
    ("transfer/build/", "dashboard.pages.builds.transfers"),
    ("kube/", "dashboard.pages.kube.urls"),
    ("search/", "dashboard.pages.search.urls"),
    ("people/", "dashboard.pages.people.urls"),
    ("people/", "dashboard.pages.signin.rules_urls"),
    ("", "dashboard.pages.system.urls"),
    ("hosts/endpoints/", "dashboard.pages.artifacts.urls"),
    ("hosts/", "dashboard.pages.hosts.urls"),
    ("access/explain/", "dashboard.pages.explain.urls"),
    ("access/requests/approvals/", "dashboard.pages.approvals.urls"),
    ("access/requests/", "dashboard.pages.requests.urls"),
    ("access/", "dashboard.pages.access.urls"),
    ("groups/", "dashboard.pages.groups.urls"),
    ("containers/run/", "dashboard.pages.run.urls"),
    ("logs/", "dashboard.pages.logs.merged_urls"),
    ("containers/", "dashboard.pages.run.container_urls"),
    ("containers/", "dashboard.pages.logs.urls"),
    ("containers/", "dashboard.pages.terminals.container_urls"),
    ("terminals/", "dashboard.pages.terminals.urls"),
    ("containers/", "dashboard.pages.files.container_urls"),
    ("containers/", "dashboard.pages.containers.urls"),
    ("pods/", "dashboard.pages.pods.urls"),
    ("images/pull/", "dashboard.pages.pull.urls"),
    ("images/", "dashboard.pages.images.urls"),
    ("transfer/images/", "dashboard.pages.images.transfers"),
    ("transfer/artifacts/", "dashboard.pages.artifacts.transfers"),
    ("transfer/files/", "dashboard.pages.files.transfer_urls"),
    ("transfer/containers/", "dashboard.pages.containers.transfers"),
    ("transfer/logs/", "dashboard.pages.logs.transfers"),
    ("volumes/", "dashboard.pages.files.volume_urls"),
    ("volumes/", "dashboard.pages.volumes.urls"),
    ("networks/", "dashboard.pages.networks.urls"),
    ("secrets/", "dashboard.pages.secrets.urls"),
    ("units/", "dashboard.pages.units.urls"),
    ("registries/", "dashboard.pages.registries.urls"),
    ("locks/", "dashboard.pages.locks.urls"),
    ("guardrails/freezes/", "dashboard.pages.freezes.urls"),
    ("guardrails/", "dashboard.pages.guardrails.urls"),
    ("views/", "dashboard.pages.saved.urls"),
    ("jobs/", "dashboard.pages.jobs.urls"),
    ("audit/", "dashboard.pages.audit.urls"),
    ("api/v1/", "dashboard.api.urls"),
    ("api/", "dashboard.pages.tokens.api_urls"),
]
urlpatterns = [
    *(path(prefix, include(room)) for prefix, room in rooms),
    path("api/mcp", mcp_api.urls),
    path("healthz", health.alive),
    path("readyz", health.ready),
]

handler400 = errorpages.not_understood
handler403 = errorpages.refused
handler404 = errorpages.not_there
handler500 = errorpages.failed
