"""What is wrong with a rule file or an allow-list entry."""


class InvalidRules(ValueError):  # noqa: N818 - like Unknown: the message is the point
    """Rules or allow-list entries that cannot be used; the message is one sentence that names file and rule."""
