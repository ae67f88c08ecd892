"""Tells people apart: the projection that vcam ships, and how it compares with other ways."""
