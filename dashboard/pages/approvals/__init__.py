"""Jobs that wait for a second person: what they propose, by whom and why, and the two buttons."""
