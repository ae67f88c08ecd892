"""Training of the networks that are ours."""
