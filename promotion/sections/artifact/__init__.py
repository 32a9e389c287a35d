"""The artifact: what is known of the image that is promoted, and what is wrong with it, in sentences.

`opening` and `once` read; everything else is pure.
"""
