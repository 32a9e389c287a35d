"""The seeded defects, one module per section of the checklist.

Every module of this package is read by `promotion.sandbox.catalogue`. Modules import moto, boto3 and the like inside
their functions, so that `promotion faults` can list them where the sandbox is not installed.
"""
