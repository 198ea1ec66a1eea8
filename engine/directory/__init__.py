"""The directory: units, positions, people, roles, leave, and who answers to a candidate text."""
