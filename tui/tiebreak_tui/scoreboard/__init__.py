"""The panels of the Scoreboard: each module turns figures into lines of a given width. Pure; texts may be anything."""
