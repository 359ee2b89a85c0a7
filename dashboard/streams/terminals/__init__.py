"""Terminals: sessions that outlive their sockets, and the sockets through which they are seen.

On the way of a key there is no database, no channel layer and no thread.
"""
