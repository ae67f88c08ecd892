"""Gesture events to live effects; pure."""
