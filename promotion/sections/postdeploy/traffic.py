"""Where the load balancer of a prod target sends its traffic. This module does I/O."""

from promotion.clients.aws.account import Account
from promotion.clients.aws.load_balancers import BalancerTraffic, load_balancer, target_groups, traffic
from promotion.settings import Settings
from promotion.settings.model import ec2_targets


def traffic_of(settings: Settings, account: Account, name: str) -> BalancerTraffic:
    """Read how the load balancer of a prod target distributes its traffic now, and over whom."""
    target = ec2_targets(settings.prod)[name]
    balancer = load_balancer(account, target.load_balancer)
    return traffic(account, balancer, target_groups(account, list(target.target_groups)))
