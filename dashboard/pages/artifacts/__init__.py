"""Artifacts of one endpoint: pulled, pushed, added, downloaded, removed. Their list: pages/system/kept."""
