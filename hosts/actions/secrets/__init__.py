"""Secrets: one module a verb. Values are sealed in the job, sent to the host, and erased."""

from hosts.actions.secrets import create_secret, remove_secret, replace_secret

ACTIONS = (create_secret.ACTION, remove_secret.ACTION, replace_secret.ACTION)
