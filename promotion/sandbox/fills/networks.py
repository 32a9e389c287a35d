"""Small truths about networks: the VPC of a function, plain listeners without a TLS policy, groups told once."""

from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.ec2.models import ec2_backends
from moto.elbv2.models import FakeListener, FakeTargetGroup

from promotion.sandbox.fills import amends
