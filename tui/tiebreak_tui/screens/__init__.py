"""Tiebreak's places, a module each, and the dialogs over them."""
