"""Signing in by an OpenID provider: its file of settings, its wire, its tokens. No pages.

Our own small client and no library's: docs/decisions/openid-by-file.md says why, fault by fault.
"""
