"""Changing the world, each thing once: asked for with `--act`, and never without."""
