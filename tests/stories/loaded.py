"""What a run loads when it comes to it, loaded already: the sandbox's clock multiplies every delay, and goes on meanwhile."""

import boto3.session
import jinja2
import promotion.fixtures
import requests
import scipy.stats

import promotion.actions.rollback
import promotion.report
import promotion.sections.observability.dashboards.judgement

__all__ = ["boto3", "jinja2", "promotion", "requests", "scipy"]
