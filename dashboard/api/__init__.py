"""The REST door, /api/v1: for programs that come with a token. The same rights, jobs and entries.

Sessions are not accepted, so another site's page cannot use them. Tokens come in the Authorization
header alone, never in an address.
"""
