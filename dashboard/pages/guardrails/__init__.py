"""Guardrails: the rules, a form per kind, and a page to try them on a spec."""
