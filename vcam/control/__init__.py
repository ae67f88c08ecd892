"""People and programs to commands."""
