"""Recognisers beside the hands: image models with their cards, and people."""
