"""An Output takes finished frames: virtual cameras, preview, recordings."""
