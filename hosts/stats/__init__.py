"""What containers use over time: gathered from streams, packed, thinned, read.

The link gathers and writes, the worker thins, pages read. Raises no revision, rings no bell.
"""
