"""Making, checking, moving and installing sticker packs, with mistrust of whoever made them."""
