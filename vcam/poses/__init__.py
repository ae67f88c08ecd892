"""Hands to pose scores."""
