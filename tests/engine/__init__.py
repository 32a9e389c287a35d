"""Proofs of the spine: checklist, evidence, looking, judging, record, verdict, exit code."""
