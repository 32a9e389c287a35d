"""Everything that speaks to the world: AWS, registries, GitHub, HTTP endpoints, channels. Reads; judges nothing."""
