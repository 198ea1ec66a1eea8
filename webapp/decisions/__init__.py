"""Decisions on pages: tables as they are read, and what a decision was made of, in words."""
