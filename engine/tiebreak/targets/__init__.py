"""How answers come: every target yields the one typed stream of `tiebreak.targets.events`.

`open_target` in `tiebreak.targets.open` makes a target of a config; aiohttp is imported with the first model target.
"""
