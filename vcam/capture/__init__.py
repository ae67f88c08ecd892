"""A Source gives frames: cameras, clips, stills, the demo clip."""
