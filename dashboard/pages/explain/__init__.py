"""Explain access: what a person may do, who may do something, and through which role or grant."""
