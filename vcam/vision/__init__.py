"""Pixels to observations: hands and faces, on LiteRT."""
