"""Artifacts of one endpoint: pull, push, add, download, remove. pages/system/other_objects lists them."""
