"""Tiebreak's engine: the pure domain and the calls to models. It knows no screen and no database."""

__version__ = "0.1.0"
