"""What things are called in the world, and who they are. The gate knows these only by what promotion.toml says."""

REGION = "eu-west-1"
ZONES = ("eu-west-1a", "eu-west-1b")

TOOLS_ACCOUNT = "999988887777"
DEV_ACCOUNT = "111122223333"
PROD_ACCOUNT = "444455556666"

SERVICE = "shop"
GITHUB_REPOSITORY = "example/shop"
BRANCH = "main"
REPOSITORY = "shop"
"""The repository in ECR, and in the OCI registry."""
REPOSITORY_URI = f"{TOOLS_ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{REPOSITORY}"

FUNCTION = "shop-api"
ALIAS = "live"
LAMBDA_APPLICATION = "shop-lambda"
EC2_APPLICATION = "shop-ec2"
RELEASES_BUCKET = "shop-releases"

CHECKER = "promotion-checker"
"""The role the gate looks with, in every account."""
CI_USER = "shop-ci"
"""Whose keys the pipeline has, in the tools account."""

LAMBDA_LOGS = f"/aws/lambda/{FUNCTION}"
EC2_LOGS = "/shop/ec2"

FREEZES = "shop-freezes"
"""The SSM change calendar of each environment: open, but during its events."""
