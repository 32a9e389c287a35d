"""A small OCI client: given a repository and a digest, everything that is read is checked against its digest.

`source.ImageSource` is what the rest of the product sees; `registry.RegistrySource` and `layout.LayoutSource` are where
the bytes come from. Three kinds of answer, never mixed: the bytes; `NotThere`, only if the registry itself said so;
`promotion.unknown.Unknown` for everything that leaves the question open. Bytes that do not hash to the digest they were
asked for are `DigestMismatch`, which is neither of these: somebody looked, and it is wrong.
"""
