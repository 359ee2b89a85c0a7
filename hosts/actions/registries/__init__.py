"""Credentials of registries: kept, edited, found for a pull or push."""
