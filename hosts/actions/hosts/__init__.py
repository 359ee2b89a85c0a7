"""Hosts, logins, endpoints and groups as records: registered, edited, examined."""

from hosts.actions.hosts import rotate_key

ACTIONS = (rotate_key.ACTION,)
