"""The running daemon as its steering wheels see it: commands carried out, state told."""
