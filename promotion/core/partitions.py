"""The partitions of AWS: groups of Regions with accounts, ARNs and domains of their own.

Source: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html; the domains are
those of botocore's endpoints.json.
"""

_BY_REGION = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
)
_USUAL = ("aws", "amazonaws.com")


def partition_of(region: str) -> str:
    """Give the partition of a Region: `aws`, `aws-cn` or another."""
    return next((partition for prefix, partition, _ in _BY_REGION if region.startswith(prefix)), _USUAL[0])


def dns_suffix(partition: str) -> str:
    """Give how the domains of a partition's services end, as in `kms:ViaService`."""
    return next((suffix for _, known, suffix in _BY_REGION if known == partition), _USUAL[1])
