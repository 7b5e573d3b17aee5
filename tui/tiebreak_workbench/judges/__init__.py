"""Judges put to sessions: asked, sealed, gone along with, and held against people."""
