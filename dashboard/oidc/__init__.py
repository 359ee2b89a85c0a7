"""Signing in by an OpenID provider: its file of settings, its wire, its tokens. No pages.

Our own small client and not allauth's, for reasons in docs/decisions/openid-by-file.md.
"""
