"""What pages and the REST API share. A page imports from here, never from another page."""
