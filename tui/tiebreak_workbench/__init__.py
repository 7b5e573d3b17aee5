"""A workspace with its database: what both front ends, the app and the command line, stand on.

The engine knows no database and the store knows no rules; here they are joined. Nothing here knows a screen.
"""
