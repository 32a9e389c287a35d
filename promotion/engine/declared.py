"""Declare the evidence that comes with the gate."""


def declare() -> None:
    """Import every look-up of `promotion.fixtures`, which declares it. DeclarationError if two have one name."""
    import promotion.fixtures  # noqa: F401 - importing declares
