"""Who comes to the gate, by which key, to which host, and how much of the gate they may hold."""
