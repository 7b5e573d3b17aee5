"""Cases put to configs beside any session: asked again, bisected, shrunk."""
