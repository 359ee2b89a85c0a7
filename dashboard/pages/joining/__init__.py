"""Joining: adding hosts step by step, changing and removing them, and the doctor's page."""
