"""GitHub as the place where the image was built: digest to commit to run.

`client`, `runs`, `code` and `attestations` read; everything else is pure.
"""
