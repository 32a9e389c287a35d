"""The dev section: whether the image works in dev."""
