"""Poses that a user has taught: from a few samples to a model, judged before it is used."""
