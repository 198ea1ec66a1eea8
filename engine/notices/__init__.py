"""Notices: work came, is due, is overdue, came back; in the app and by mail."""
