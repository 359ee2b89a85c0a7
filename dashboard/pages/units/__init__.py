"""Units that quadlets make: how they are, and starting and stopping them."""
