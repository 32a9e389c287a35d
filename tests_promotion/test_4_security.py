"""4. Security and secrets: who can read the secrets, what the roles may do, and who can connect."""

from promotion.core.answers import NotApplicable
from promotion.core.findings import settle
from promotion.core.sentences import join
from promotion.items import item
from promotion.sections.security.https import balanced as https
from promotion.sections.security.https.judgement import Wanted
from promotion.sections.security.leaks import judgement as leaks
from promotion.sections.security.network import subjects as guards
from promotion.sections.security.privileges import judgement as privileges
from promotion.sections.security.privileges import powers
from promotion.sections.security.privileges.findings import describe
from promotion.sections.security.secrets import judgement as secrets
from promotion.settings.network import Https
from promotion.settings.subjects import in_environment
from promotion.unknown import Unknown


@item("secrets-manager", per="secret")
def test_secrets_manager(
    secret, secret_looks, secret_keys, secret_access, other_secrets, secret_readiness, settings, clock, measured
):
    """Each secret can be read by the roles that need it and by no other; the application reports that it has loaded it."""
    looked_at, findings = secrets.judge_secret(
        secret,
        settings,
        secret_looks[secret],
        secrets.SecretContext(secret_keys, secret_access, other_secrets, secret_readiness),
        clock.now(),
    )
    settle(findings, looked_at, measured)


@item("no-secrets-in-logs", per="dev_log_group")
def test_no_secrets_in_logs(dev_log_group, dev_leaks, settings, clock, measured):
    """No log event since the deployment contains a secret of the service, in any encoding, or text that looks like a secret."""
    search = dev_leaks[dev_log_group]
    measured(search.describe())
    leak = leaks.problem(search, settings.leaks.allow, clock.now().date())
    assert not leak, leak
    if doubts := leaks.search_doubts(search, settings.dev.targets):
        raise Unknown(doubts[0].reason, join([doubt.message for doubt in doubts]))


@item("least-privilege", per="role")
def test_least_privilege(role, role_policies, roles_in_reach, role_advice, settings, clock, measured):
    """A role may do what it needs and no more, and only the service it is for can assume it."""
    which, name = in_environment(role)
    environment = settings.environment(which)
    declared = next(one for one in environment.roles if one.name == name)
    look, advice = role_policies[role], role_advice[role]
    neighbours = powers.neighbours_of(look, roles_in_reach[role], environment.region, clock.now())
    judged = privileges.judge_role(look, declared, environment.region, now=clock.now(), neighbours=neighbours)
    measured(" · ".join(part for part in (judged.describe(look), advice.describe()) if part))
    findings = [*judged.findings, *privileges.remarked(advice)]
    assert not findings, describe(role, findings)
    privileges.require_policies(look, declared)


@item("security-groups", per="guarded")
def test_security_groups(
    guarded,
    security_groups,
    network_interfaces,
    prefix_lists,
    balancers,
    registered_targets,
    function_networks,
    settings,
    measured,
):
    """The internet can reach only the listeners, and the application can be reached only from the load balancer."""
    which, _ = in_environment(guarded)
    environment = settings.environment(which)
    ground = guards.collect_groups(
        environment, security_groups[which], network_interfaces[which], lambda: prefix_lists[which]
    )
    declared = {f"{which} {name}": offered for name, offered in environment.network.https.items()}
    parts = guards.ServiceParts(declared, balancers, registered_targets, function_networks)
    settle(*guards.judge_network(guarded, environment, ground, parts), measured)


@item("https-alb", per="balanced")
def test_https_alb(
    balanced,
    balancers,
    balancer_certificates,
    plain_rules,
    tls_front,
    certificate_handshakes,
    plain_http,
    hsts,
    settings,
    clock,
    measured,
):
    """The load balancer offers a valid certificate over current TLS versions, and redirects plain HTTP to HTTPS."""
    which, name = in_environment(balanced)
    environment, look = settings.environment(which), balancers[balanced]
    declared = environment.network.https.get(name, Https())
    if declared.not_applicable is not None:
        assert look.any_there is None, (
            f"HTTPS is declared not to apply to {balanced} ({declared.not_applicable}), but {look.any_there} is in "
            "front of it: remove `not_applicable`"
        )
        raise NotApplicable(declared.not_applicable)
    looks = https.BalancerLooks(balancer_certificates, plain_rules, tls_front, certificate_handshakes, plain_http, hsts)
    wanted = Wanted(declared.policies, declared.min_days, clock.now())
    settle(*https.judge_balancer(balanced, environment.targets[name].url, look, looks, wanted), measured)
