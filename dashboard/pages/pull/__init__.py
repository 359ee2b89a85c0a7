"""Pulling images: names, the hosts to pull on, and what is known of them before the click."""
