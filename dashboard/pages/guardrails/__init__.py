"""Guardrails: the rules, a form for each kind, and a page to try them."""
