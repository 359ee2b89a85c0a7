"""The REST door, /api/v1: for programs that come with a token. The same rights, jobs and entries.

Sessions are not accepted here, so no page of another site can use somebody's; tokens come in the
Authorization header alone, never in an address.
"""
