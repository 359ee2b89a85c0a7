"""Streams between an endpoint's socket and a browser: logs now; never through Redis.

A stream authorises once when it opens and ends within 2 s of a withdrawn right.
"""
