"""Secrets in a browser: who has which, never what is in them."""
