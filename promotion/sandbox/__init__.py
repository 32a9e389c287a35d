"""The embedded world: AWS, a registry, GitHub and the service itself, on loopback, and the faults it can be given.

Nothing here is imported for a run against real accounts. `client` starts a world and needs only the standard library;
`catalogue` lists the faults; everything else runs inside the sandbox's own process.
"""
