"""What live lists, logs, terminals and statistics share: the lean base of WebSockets, and their
routes.
"""
