"""Resources that nobody has chosen: whoever reaches them is not narrowed to the ones it needs.

A pattern such as `arn:aws:s3:::?*/*` cannot be told from `*` by its looks, and several patterns may reach together
what none of them reaches alone. So it is tried: with names of every first letter and of many lengths, in the form that
names of that kind have.
"""

import re
from functools import lru_cache
from itertools import cycle, takewhile

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
NAMES = tuple(
    f"{first}{'q7zk-xj4w9-vb2yq-h8tn-pm3kd-zr6ux-w5cj-qy1fg-n0vs'[: 3 + 7 * (place % 6)]}"
    for place, first in enumerate("abcdefghijklmnopqrstuvwxyz0123456789")
)
"""Names unlike those that people choose, of every first letter and of many lengths."""
_IDS = {
    "AllocationId": "eipalloc-",
    "ImageId": "ami-",
    "InstanceId": "i-",
    "InternetGatewayId": "igw-",
    "LaunchTemplateId": "lt-",
    "NaclId": "acl-",
    "NatGatewayId": "nat-",
    "NetworkInterfaceId": "eni-",
    "RouteTableId": "rtb-",
    "SecurityGroupId": "sg-",
    "SnapshotId": "snap-",
    "SubnetId": "subnet-",
    "TransitGatewayId": "tgw-",
    "VolumeId": "vol-",
    "VpcEndpointId": "vpce-",
    "VpcId": "vpc-",
}
"""How ids of EC2 begin: `instance/i-*` is every instance.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""
ID_PREFIXES = (*sorted(set(_IDS.values())), "o-", "ou-", "vgw-", "pl-", "fs-", "fsap-", "vpce-svc-")
_UUIDS = frozenset({"KeyId", "CertificateId", "GroupId"})
WIDE = 0.25
"""The share of such names from which on a pattern is not taken for a narrow one."""

SOME_ARNS = (
    "arn:${Partition}:s3:::${BucketName}/${ObjectName}",
    "arn:${Partition}:iam::${Account}:role/${RoleName}",
    "arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}",
    "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}",
    "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}",
    "arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",
    "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}",
    "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${SecretId}",
)
"""For those who reach everything, of whatever kind."""


@lru_cache(maxsize=4096)
def resources(arn: str, partition: str, region: str, account: str) -> tuple[str, ...]:
    """Give resources of a kind (`arn:${Partition}:…`) in an account and region."""
    fixed = {"Partition": partition, "Region": region, "Account": account}
    known = _VARIABLE.sub(lambda found: fixed.get(found[1], found[0]), arn)
    return tuple(_filled(known, name, turn) for turn, name in zip(cycle((0, 1)), NAMES, strict=False))


@lru_cache(maxsize=4096)
def start_of(tried: tuple[str, ...]) -> str:
    """Give what all of them begin with."""
    pairs = zip(min(tried), max(tried), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _filled(arn: str, name: str, turn: int) -> str:
    return _VARIABLE.sub(lambda found: _value(found[1], name, turn), arn)


def _value(variable: str, name: str, turn: int) -> str:
    letters = _HEX.replace("0", name[0] if name[0] in "abcdef0123456789" else "0")
    if variable in _IDS:
        return _IDS[variable] + letters[:17]
    if variable in _UUIDS:
        return f"{letters[:8]}-{letters[8:12]}-{letters[12:16]}-{letters[16:20]}-{letters[20:32]}"
    if variable == "SecretId":
        return f"{name}-AbC12d"
    if variable == "LogGroupName" and turn:
        return f"/aws/lambda/{name}"
    if variable == "RoleNameWithPath" and turn:
        return f"service-role/{name}"
    return name
