"""Pose scores over time to gesture events; pure."""
