"""Words that every room uses: answers, findings, clock, redaction, statistics, progress, canonical JSON.

Imports nothing else of this package.
"""
