"""YAML in, typed settings out."""
