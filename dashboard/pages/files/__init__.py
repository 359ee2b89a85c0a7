"""Files of containers and volumes: browse, view, edit, change; up- and downloads."""
