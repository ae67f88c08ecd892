"""Smoking or not: an image model, a hand near the mouth, and the two together."""
