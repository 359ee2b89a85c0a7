"""Files of containers and volumes: browse, view, edit, upload, download."""
