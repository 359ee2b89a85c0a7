"""What live lists, logs, terminals, statistics and transfers stand on: the lean base of WebSockets, their
routes, and the guard that ends whatever somebody may no longer have open.
"""
