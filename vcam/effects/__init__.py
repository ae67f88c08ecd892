"""Live effects to pixels: packs, sprites, anchors, compositor."""
