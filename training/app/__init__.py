"""A small page to try a trained image model on, here or on a host for such pages."""
