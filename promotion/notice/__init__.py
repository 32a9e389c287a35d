"""The verdict of a run, told where people read: asked for with `--notify`, and never without."""
