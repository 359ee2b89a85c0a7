"""Hosts, logins, endpoints and groups as records: registered, edited, examined."""
