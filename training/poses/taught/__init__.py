"""Taught poses: what ships with them, how well few samples do, and the way to other tools."""
