"""Figures of a session from its rows, for screens, commands and reports."""
