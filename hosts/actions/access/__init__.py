"""Grants: who has which role where, until when. Given, taken, prolonged here and nowhere else."""
