"""Accounts: passwords, sign-in, sessions, acting for somebody who is away."""
