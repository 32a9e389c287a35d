"""Where the second AWS is known to be wrong, and is therefore left out of the comparison, by name.

Each is proven in test_differences.py to be still so: one that was mended comes back into the comparison.
"""

LEFT_OUT = {
    "periods": "periods are counted from 1970, not from StartTime: windows here begin on a multiple of the period",
    "bounded statistics": "TC, TS, PR, TM and IQM are answered with the average, and Complete",
    "unit": "a Unit that does not match is not looked at, where AWS answers with nothing",
    "no dimensions": "a query without dimensions sums all of them up, where AWS knows them apart",
    "expressions": "metric math is answered InternalError",
    "evaluation": "an alarm is evaluated when something is put, over all dimensions, and never falls back to "
    "INSUFFICIENT_DATA when nothing comes",
    "reason data": "the history of a metric alarm tells no stateReasonData, so that every change looks made by hand",
    "configuration": "the history has no ConfigurationUpdate, and a StateUpdate from INSUFFICIENT_DATA to itself instead "
    "when an alarm is made",
    "transition": "a metric alarm has no StateTransitionedTimestamp",
}
"""What, and in what it differs from https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/."""

MISSING_HERE = {
    "composite evaluation": "the sandbox keeps a composite alarm's rule and evaluates none: its state is set",
}
"""Where the sandbox is the one that does less."""
