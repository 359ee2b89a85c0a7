"""Grants: who has which role where, and until when. Only this package changes them."""
