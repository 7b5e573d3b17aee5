"""Hands sessions out: whole, as tables, and in the shapes of other tools."""
