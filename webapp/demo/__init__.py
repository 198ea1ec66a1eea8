"""The demonstration: an invented city hall and its accounts. Never loaded in production."""
