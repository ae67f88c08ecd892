"""The trainer of image models: a folder or a table of pictures in, a judged model out."""
