"""The door for Podman's and Docker's own clients: the same rights, guardrails and log as in the pages.

Its rooms, each importing only those before it: routes, sessions, calls, plans, changes, doors.
"""
