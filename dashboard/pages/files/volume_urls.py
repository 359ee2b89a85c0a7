"""Addresses of volumes' files, under `volumes/`."""

from dashboard.pages.files.addresses import addresses

app_name = "volumefiles"
urlpatterns = addresses("volume")
