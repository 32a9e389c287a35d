"""What a target's log says: whose a stream is, what a line is, how many lines carry an id, and which id was found.

Pure, but for `pacing`, which waits. Nothing here keeps a line: lines may hold secrets.
"""
