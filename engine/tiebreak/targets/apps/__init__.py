"""Whole apps as targets: behind an address, as a command, or as a Python function. One stream of events for all three.

`open_app` in `tiebreak.targets.apps.opening` makes the target of a config.
"""
