"""Judging HTTPS: redirects, certificates and policies, case by case."""

from datetime import UTC, datetime, timedelta

import pytest

from promotion.core.findings import Findings
from promotion.sections.security.https.certificate import asked_name
from promotion.sections.security.https.judgement import (
    Wanted,
    judge_certificates,
    judge_handshakes,
    judge_listeners,
    judge_plain,
)
from promotion.sections.security.https.policies import RECOMMENDED
from promotion.sections.security.https.seen import AcmCertificate, Handshake, Leaf, PlainLook
from promotion.sections.security.network.balancer import Balancer, Listener

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WANTED = Wanted((), 30, NOW)
URL = "https://shop.example"


def problems(judge, *arguments):
    """What a judgement finds wrong."""
    findings = Findings()
    judge(*arguments, findings)
    return findings.problems


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "https://shop.example/health",
        "https://shop.example:443/health",
        "https://SHOP.example/",
        "//shop.example/health",
    ],
)
def test_a_redirect_leads_to_https_of_the_service(status, location):
    """With any status that asks for the same thing elsewhere, if it says https."""
    found = problems(judge_plain, (), PlainLook("http://shop.example/health", status, location), URL)
    assert bool(found) == location.startswith("//")


@pytest.mark.parametrize(
    ("status", "location", "said"),
    [
        (200, "", "answers 200, expected a redirect"),
        (303, "https://shop.example/", "answers 303, expected a redirect"),
        (300, "https://shop.example/", "answers 300, expected a redirect"),
        (301, "", "redirect to http, expected https"),
        (301, "/health", "redirect to http, expected https"),
        (301, "http://shop.example:443/", "redirect to http, expected https"),
        (301, "https://shop.example:8443/", "redirect to shop.example:8443, expected shop.example"),
        (301, "https://shop.example.evil.example/", "expected shop.example"),
        (301, "https://shop.example@evil.example/", "expected shop.example"),
        (301, "https://[shop", "an invalid URL"),
        (301, "https://shop.example:port/", "an invalid URL"),
    ],
)
def test_other_answers_are_wrong(status, location, said):
    """Each says what was answered and what was expected."""
    (found,) = problems(judge_plain, (), PlainLook("http://shop.example/health", status, location), URL)
    assert said in found


@pytest.mark.parametrize("policy", [*RECOMMENDED, "ELBSecurityPolicy-Of-Ours"])
def test_policies_of_today_and_declared_ones_are_good(policy):
    """The list can be made longer in the settings."""
    balancer = Balancer("shop", "arn", "vpc", (), (Listener("arn", 443, "HTTPS", policy),))
    assert not problems(judge_listeners, balancer, Wanted(("ELBSecurityPolicy-Of-Ours",), 30, NOW))


def test_no_recommended_policy_speaks_an_old_version():
    """By the list of policies that the sandbox's AWS has, for those that are on it."""
    from moto.elbv2.ssl_policies import SSL_POLICIES

    known = [name for name in RECOMMENDED if name in SSL_POLICIES]
    assert len(known) >= 4
    for name in known:
        assert set(SSL_POLICIES[name]["ssl_protocols"]) <= {"TLSv1.2", "TLSv1.3"}
        assert all("GCM" in cipher or "POLY1305" in cipher for cipher in SSL_POLICIES[name]["ciphers"])


def leaf(days):
    """A certificate that ends in so many days."""
    return Leaf("CN=shop", ("shop.example",), "CN=authority", NOW - timedelta(days=60), NOW + timedelta(days=days))


@pytest.mark.parametrize(("days", "good"), [(31, True), (30, True), (29.9, False), (1, False), (0.1, False)])
def test_certificates_must_last(days, good):
    """By the moment, not by the day."""
    shake = Handshake("shop.example", "TLSv1.3", "TLS_AES_128_GCM_SHA256", leaf(days))
    assert bool(problems(judge_handshakes, "shop.example:443", [shake], WANTED)) != good
    certificate = AcmCertificate("arn", 443, ("shop.example",), "ISSUED", "AMAZON_ISSUED", leaf(days).ends, "ELIGIBLE")
    assert bool(problems(judge_certificates, [certificate], WANTED)) != good


def test_an_ended_certificate_is_told_of_once():
    """That it is not accepted says it."""
    shake = Handshake("shop.example", "", "", leaf(-1), "it has expired")
    assert len(problems(judge_handshakes, "shop.example:443", [shake], WANTED)) == 1


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (("shop.example", "*.shop.example"), "shop.example"),
        (("*.shop.example", "shop.example"), "shop.example"),
        (("*.shop.example",), "promotion-checklist.shop.example"),
        ((), None),
    ],
)
def test_each_certificate_has_a_name_to_ask_for(names, asked):
    """A wildcard stands for one label."""
    assert asked_name(names) == asked
