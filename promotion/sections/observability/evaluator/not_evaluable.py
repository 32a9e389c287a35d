"""What is not computed here."""


class NotEvaluable(Exception):  # noqa: N818 - it is not an error: it is an answer
    """Only CloudWatch can tell. The message names the part: a function, a statistic, a band."""
