"""KMS and SSM Change Calendar, and what load balancers and functions tell of networks."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from promotion.sandbox.moto_patches.calendars import Calendar, calendars

MESSAGE = b"sealed"


@pytest.fixture
def signing(client):
    """Give KMS and a key that signs."""
    kms = client("kms")
    return kms, kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]


def test_a_digest_is_signed_as_it_is(signing, guarded):
    """The signature holds for the message, verified without KMS."""
    kms, key = signing
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    digest = {"Message": hashlib.sha256(MESSAGE).digest(), "MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}

    def holds():
        signature = kms.sign(KeyId=key, **digest)["Signature"]
        try:
            public.verify(signature, MESSAGE, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return kms.verify(KeyId=key, Signature=signature, **digest)["SignatureValid"]

    guarded(holds, lambda valid: not valid, lambda valid: valid)


def test_an_invalid_signature_is_an_error(signing, guarded):
    """Not a word in the answer."""
    kms, key = signing
    asked = {"KeyId": key, "MessageType": "RAW", "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.sign(Message=MESSAGE, **asked)["Signature"]

    def ask():
        try:
            return kms.verify(Message=b"other", Signature=signature, **asked)["SignatureValid"]
        except ClientError as error:
            return error.response["Error"]["Code"]

    guarded(ask, lambda told: told is False, lambda told: told == "KMSInvalidSignatureException")


def test_a_message_has_a_size(signing, guarded):
    """More than 4096 bytes are for the caller to hash; a digest has the length of its algorithm."""
    kms, key = signing
    asked = {"KeyId": key, "SigningAlgorithm": "ECDSA_SHA_256"}

    def ask():
        try:
            return kms.sign(Message=bytes(4097), MessageType="RAW", **asked)["Signature"]
        except ClientError as error:
            return error.response["Error"]["Code"]

    guarded(ask, lambda told: isinstance(told, bytes), lambda told: told == "ValidationException")
    with pytest.raises(ClientError, match="ValidationException"):
        kms.sign(Message=b"short", MessageType="DIGEST", **asked)


def test_a_symmetric_key_encrypts(client):
    """Without an RSA key made for it."""
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=MESSAGE)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == MESSAGE


def test_a_calendar_is_open_or_closed(client, state, guarded):
    """Closed during its events, with the time of the next turn; one closed calendar closes all."""
    ssm, now = client("ssm"), datetime.now(UTC)
    kept = calendars(state("ssm"))
    kept["free"] = Calendar()
    kept["frozen"] = Calendar(events=[(now - timedelta(hours=1), now + timedelta(hours=1))])
    guarded(
        lambda: ssm.get_calendar_state(CalendarNames=["free"])["State"],
        NotImplementedError,
        lambda told: told == "OPEN",
    )
    told = ssm.get_calendar_state(CalendarNames=["free", "arn:aws:ssm:eu-west-1:111122223333:document/frozen"])
    assert told["State"] == "CLOSED"
    assert told["NextTransitionTime"] == (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    tomorrow = (now + timedelta(days=1)).isoformat()
    assert ssm.get_calendar_state(CalendarNames=["frozen"], AtTime=tomorrow)["State"] == "OPEN"
    with pytest.raises(ClientError, match="InvalidDocument"):
        ssm.get_calendar_state(CalendarNames=["gone"])


def test_a_plain_listener_has_no_tls_policy(client, guarded):
    """And a target group names its load balancer once, although two listeners forward to it."""
    ec2, elb = client("ec2"), client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-west-1{'ab'[n]}")["Subnet"][
            "SubnetId"
        ]
        for n in range(2)
    ]
    balancer = elb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(Name="green", Protocol="HTTP", Port=8080, VpcId=vpc)["TargetGroups"][0]
    forward = [{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}]

    def ask():
        for listener in elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]:
            elb.delete_listener(ListenerArn=listener["ListenerArn"])
        for port in (80, 8000):
            elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=port, DefaultActions=forward)
        policies = {
            listener.get("SslPolicy") for listener in elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
        }
        (told,) = elb.describe_target_groups()["TargetGroups"]
        return policies, len(told["LoadBalancerArns"])

    guarded(ask, lambda told: None not in told[0] and told[1] > 1, lambda told: told == ({None}, 1))


def test_a_function_tells_the_vpc_it_is_in(client, guarded):
    """The one of its subnets."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = client("iam").create_role(RoleName="function", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    functions = client("lambda")
    functions.create_function(
        FunctionName="shop", PackageType="Image", Code={"ImageUri": "host.a.b.c.d/shop@sha256:00"}, Role=role,
        VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": ["sg-1"]},
    )  # fmt: skip
    guarded(
        lambda: functions.get_function_configuration(FunctionName="shop")["VpcConfig"]["VpcId"],
        lambda told: told != vpc,
        lambda told: told == vpc,
    )
