"""Patients, what is prescribed to them, and the links that they open."""
