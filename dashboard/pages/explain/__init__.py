"""Explain: what somebody may do with something and through what; who may do what with it; why not."""
