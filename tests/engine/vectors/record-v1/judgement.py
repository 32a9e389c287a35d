from typing import Any

from promotion.evidence import evidence
from promotion.items import item
from promotion.unknown import Reason, Unknown


@evidence
def numbers() -> dict[str, Any]:
    """Numbers that RFC 8785 writes otherwise than Python does, and keys that it sorts otherwise."""
    return {
        "size": 400.0,
        "tiny": 1e-7,
        "large": 1e16,
        "id": 2**60 + 1,
        "zero": -0.0,
        "\ufb33": "dalet",
        "\U0001f600": "smile",
    }


@evidence(per="dev_target")
def health(dev_target: str) -> float:
    """What a target answers."""
    if dev_target == "ec2":
        raise Unknown(Reason.THROTTLED, "asked too often")
    return 200.0


@item("image-size")
def test_image_size(numbers, measured):
    measured(f"{numbers['size']} of 500 MB")
    assert numbers["size"] < 100, f"the image has {numbers['size']!r} MB and the id {numbers['id']!r}"


@item("health-checks", per="dev_target")
def test_health_checks(dev_target, health):
    assert health[dev_target] == 200
