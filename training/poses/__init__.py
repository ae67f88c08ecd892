"""The pose head: data, training, evaluation, export."""
