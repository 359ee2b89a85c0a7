"""Addresses of containers' files, under `containers/`."""

from dashboard.pages.files.addresses import addresses

app_name = "containerfiles"
urlpatterns = addresses("container")
