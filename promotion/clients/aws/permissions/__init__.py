"""Which permissions the gate needs, in which account, for which phase and feature."""

from promotion.clients.aws.permissions.features import FEATURES, Feature
from promotion.clients.aws.permissions.policy import Statement, statements, used

__all__ = ["FEATURES", "Feature", "Statement", "statements", "used"]
