"""What live lists, logs, terminals, statistics and transfers stand on: the lean base of WebSockets and
their routes.
"""
