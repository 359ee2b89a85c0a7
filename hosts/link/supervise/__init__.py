"""The link process: a task per login holds its SSH connection, relays and watches its endpoints.

Unlike the link's core it knows the database. It changes nothing on a host.
"""
