"""Image pulls: names, hosts, and what is known of the names before the click."""
