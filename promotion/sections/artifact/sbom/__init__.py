"""Software bills of materials: what a document says it lists, and what is wrong with it. Pure.

`read` turns an attestation's predicate into a `summary.Sbom`; `judge` says what is wrong with it. `schema` validates
against the published schemas with the libraries of the extra `sbom`, imported when that is asked for.
"""
