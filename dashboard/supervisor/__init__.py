"""`up`: starts web, worker, beat, link and Valkey, keeps them running, and leaves nothing behind.

Knows how processes live and die; what they do is theirs.
"""
