"""Known values are found however they are written, wherever they stand, also cut off; and nothing else is found."""

import base64
import json
import random
import string
import textwrap

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promotion.core.secret_value import SecretValue
from promotion.sections.security.leaks import known_engines
from promotion.sections.security.leaks.known_values import KnownPlaintext
from tests.sections.security.leaks.known.writers import WRITERS, written

LETTERS = string.ascii_letters + string.digits
KINDS = {
    "letters and digits": LETTERS,
    "with punctuation": LETTERS + string.punctuation,
    "hexadecimal": "0123456789abcdef",
    "base64": LETTERS + "+/",
    "with letters of Europe": LETTERS + "äöüßéñ€",
}
ENGINES = {"hyperscan": known_engines.fast, "re": known_engines.plain}
INNER = [name for name in WRITERS if name != "in capitals"]
"""Capitals are found for what they are, but not once they were packed into base64 or hexadecimal digits."""
LABEL = "shop/dev/database password"


def value(kind: str, length: int, seed: int) -> str:
    # It begins with a digit, so as not to begin with what could be a vendor's prefix.
    return "7" + "".join(random.Random(seed).choices(KINDS[kind], k=length - 1))


SECRETS = st.builds(value, st.sampled_from(list(KINDS)), st.integers(20, 64), st.integers(0, 10_000))
AROUND = st.text(LETTERS + " =:{}\"'", max_size=5)


def search(*values: str | bytes, engine=known_engines.best, public=()):
    return KnownPlaintext(
        [SecretValue(one, f"{LABEL} {place}".strip()) for place, one in enumerate(values)], public, engine=engine
    )


def found(looked: KnownPlaintext, buffer: bytes | str) -> set[str]:
    return {hit.rule for hit in looked.scan(buffer.encode() if isinstance(buffer, str) else buffer)}


@settings(max_examples=120)
@example("7qhBkeBö30pLtlhoö533", "UTF-16LE", "plain", "", "", 0)  # read as Latin-1, and written as UTF-8
@given(SECRETS, st.sampled_from(INNER), st.sampled_from(list(WRITERS)), AROUND, AROUND, st.integers(0, 5000))
def test_any_value_in_any_two_encodings_anywhere(secret, inner, outer, before, after, lines):
    """Whatever is written around it, and in whichever line it stands."""
    looked = search(secret)
    noise = b'{"level":"INFO","request_id":"5f3c","ms":12}\n' * (lines % 50)
    line = written(secret, inner, outer, before, after)
    hits = list(looked.scan(noise + b"x" * (lines % 97) + line + b"\n" + noise))
    assert hits, f"{inner} in {outer} of {secret!r}"
    for hit in hits:
        assert len(noise) <= hit.start < hit.end <= len(noise) + lines % 97 + len(line)
        assert (hit.kind, hit.rule) == ("known", f"{LABEL} 0")
        assert secret not in repr(hit)


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("engine", ENGINES)
def test_each_pair_of_encodings(inner, engine):
    """All pairs, by both engines, for a value with every character that is escaped anywhere."""
    secret = "q7Xw'k\"2<Z&m/9+r=Vt\\5#J p8%Lc"
    looked = search(secret, engine=ENGINES[engine])
    missed = [outer for outer in WRITERS if not found(looked, written(secret, inner, outer, "a=", ";"))]
    assert not missed


@settings(max_examples=50)
@given(SECRETS, st.data())
def test_any_piece_that_is_long_enough(secret, data):
    """A value that a log's limit cut off at either end, or at both."""
    # Chance makes pieces that are all hexadecimal digits, or small letters, of values that are not.
    least = 16
    start = data.draw(st.integers(0, len(secret) - least))
    piece = secret[start : start + least]
    looked = search(secret)
    for writer in ("plain", "JSON", "URL", "hex", "base64", "base64 after user", "UTF-16LE"):
        assert found(looked, written(piece, "plain", writer, "…", "…")), writer


PROMISED = [
    ("Tq8vW2xR5mK9sLp4-Hn3cZ7bY1dF6gJ0w", 12, 21),
    ("qwmzkxjvbhfgplnrtdsycaeuoiqzmwxk", 13, 22),
    ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", 14, 23),
    ("7316905284962705813849506172", 17, 26),
]


@pytest.mark.parametrize(("secret", "once", "twice"), PROMISED)
def test_pieces_as_docs_promise(secret, once, twice):
    """As long as docs/secrets.md says, wherever they are cut out; what is four characters shorter is not sure to be."""
    looked = search(secret)
    for length, writers in ((once, ["plain", "hex", "base64 within"]), (twice, ["JSON field", "base64url"])):
        pieces = [secret[start : start + length] for start in range(len(secret) - length + 1)]
        inner = "plain" if length == once else "base64 after user"
        assert all(found(looked, written(piece, inner, writer)) for piece in pieces for writer in writers)
    shorter = [secret[start : start + once - 4] for start in range(len(secret) - once + 5)]
    assert not any(found(looked, piece) for piece in shorter)


@settings(max_examples=25)
@given(SECRETS, st.sampled_from(["base64", "hex", "JSON"]), st.integers(0, 40))
def test_what_is_cut_off_after_it_was_encoded(secret, writer, at):
    """A log cuts what is written, not what was meant."""
    text = WRITERS[writer]("user=shop password=" + secret + " host=db")
    middle = len(text) // 2
    piece = text[max(middle - 24, 0) : middle + 24] if writer != "hex" else text[middle - 40 : middle + 41]
    assert found(search("padding=shop password=" + secret), piece[at % 3 :])


def test_lines_of_base64():
    """Base64 that is broken into lines of 76 characters (RFC 2045) keeps enough of a value."""
    secret = value("with punctuation", 40, 1)
    text = base64.encodebytes(json.dumps({"user": "shop" * 9, "password": secret}).encode())
    assert found(search(secret), text)


@settings(max_examples=25)
@given(st.lists(SECRETS, min_size=1, max_size=3), st.integers(0, 10_000))
def test_nothing_in_other_text(secrets, seed):
    """Random identifiers, digests, base64 and numbers hold none of them."""
    rng = random.Random(seed + 1_000_000)
    lines = [
        f"{rng.getrandbits(256):x} {base64.b64encode(rng.randbytes(30)).decode()} {rng.random()} "
        f"{''.join(rng.choices(LETTERS, k=22))} 2026-11-23T22:15:{rng.randrange(60)}.{rng.randrange(1000)}Z"
        for _ in range(400)
    ]
    assert not found(search(*secrets), "\n".join(lines))


@settings(max_examples=20)
@given(st.lists(SECRETS, min_size=1, max_size=3), st.integers(0, 10_000))
def test_both_engines_give_the_same(secrets, seed):
    """Where there is no wheel of hyperscan, the standard library finds just the same."""
    rng = random.Random(seed)
    names = list(WRITERS)
    buffer = b"\n".join(written(one, rng.choice(names), rng.choice(names), "k=", "&") for one in secrets * 3)
    fast, plain = (sorted(search(*secrets, engine=engine).scan(buffer)) for engine in ENGINES.values())
    assert fast == plain


def test_a_hit_covers_the_value_and_says_how_it_was_written():
    """Pieces that overlap are one hit."""
    secret = value("letters and digits", 32, 3)
    line = b"password=" + base64.b64encode(b"shop:" + secret.encode()) + b" and " + secret.encode()
    hits = sorted(search(secret).scan(line))
    assert [hit.form for hit in hits] == ["base64", "plain"]
    assert line[hits[1].start : hits[1].end].decode() in secret
    assert hits[1].end - hits[1].start >= len(secret) - 2


@pytest.mark.parametrize(
    ("short", "why"),
    [
        ("hunter2", "seven characters"),
        ("postgres", "a word"),
        ("1234567890123", "digits alone"),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", "one character"),
        ("abcdefghijklmnop", "the alphabet"),
        ("shop-production", "a name that logs have anyway"),
        ("", "nothing"),
    ],
)
def test_what_cannot_be_told_from_other_text_is_said(short, why):
    """It is neither searched for nor passed over."""
    looked = search(short, public=["arn:aws:rds:eu-west-1:111122223333:db:shop-production"])
    assert looked.too_short == (f"{LABEL} 0",), why
    assert looked.forms == 0
    assert not found(looked, f"x {short} y {short * 3}")


@pytest.mark.parametrize("short", ["P@ssw0rd", "xK9mQ2vL", "x7Kq!2Zp", "passwords1", "4f9a0c77be21"])
def test_short_values_that_are_odd_enough(short):
    """They are searched for whole."""
    looked = search(short)
    assert not looked.too_short
    for writer in ("plain", "base64 after user", "JSON field", "hex"):
        assert found(looked, written(short, "plain", writer, " ", " ")), writer


def test_some_too_short_and_some_not():
    """One value that cannot be searched for does not keep the others from it."""
    secret = value("letters and digits", 24, 9)
    looked = search("short", secret)
    assert looked.too_short == (f"{LABEL} 0",)
    assert found(looked, secret) == {f"{LABEL} 1"}


def test_vendors_prefixes_are_nobodys_secret():
    """`sk_live_` and `github_pat_` are in the tokens of everybody."""
    looked = search("sk_live_51Hqx9Kd2Lw8Zr4Tn7Vb3Yc6")
    assert not found(looked, "sk_live_00AAbbCCddEEffGGhhIIjjKK github_pat_ sk_live_")
    assert found(looked, "9Kd2Lw8Zr4Tn7")


def test_a_token_is_known_by_its_signature():
    """Header and claims are those of other tokens of the same issuer."""
    rng = random.Random(5)
    head, claims = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "RS256", "typ": "JWT"}, {"iss": "https://login.example", "aud": "shop", "sub": "1"})
    )
    mine, other = (base64.urlsafe_b64encode(rng.randbytes(256)).rstrip(b"=").decode() for _ in range(2))
    looked = search(f"{head}.{claims}.{mine}")
    assert found(looked, f"authorization: Bearer {head}.{claims}.{mine}")
    assert not found(looked, f"authorization: Bearer {head}.{claims}.{other}")


def _keys():
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, PrivateFormat

    return {
        "RSA": (rsa.generate_private_key(65537, 2048), PrivateFormat.PKCS8, NoEncryption()),
        "RSA of OpenSSL": (rsa.generate_private_key(65537, 2048), PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        "EC": (ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8, NoEncryption()),
        "Ed25519": (ed25519.Ed25519PrivateKey.generate(), PrivateFormat.PKCS8, NoEncryption()),
        "OpenSSH": (ed25519.Ed25519PrivateKey.generate(), PrivateFormat.OpenSSH, NoEncryption()),
        "encrypted": (rsa.generate_private_key(65537, 2048), PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
    }


KEYS = _keys()


@pytest.mark.parametrize("kind", KEYS)
def test_private_keys_and_what_is_public_of_them(kind):
    """A private key is found in any form; its public key, a certificate's armour and another key are not."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key, form, encryption = KEYS[kind]
    pem = key.private_bytes(Encoding.PEM, form, encryption).decode()
    looked = search(pem)
    assert not looked.too_short
    body = "".join(pem.splitlines()[1:-1])
    for text in (pem, json.dumps(pem), body, textwrap.fill(body, 76), base64.b64encode(pem.encode()).decode()):
        assert found(looked, text)
    public = key.public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    clean = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "-----BEGIN PRIVATE KEY-----",
    ]
    clean += [base64.b64encode(bytes(before) + der).decode() for before in range(3)]
    clean += [public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()]
    # Made anew, so that nothing but its kind is the same.
    again, form, encryption = _keys()[kind]
    clean += [again.private_bytes(Encoding.PEM, form, encryption).decode()]
    for text in clean:
        assert not found(looked, text)


def test_bytes_that_are_no_text():
    """A SecretBinary is found as it is, in hexadecimal and in base64."""
    secret = random.Random(8).randbytes(32)
    looked = search(secret)
    for text in (secret, secret.hex().encode(), base64.b64encode(b"x" + secret), repr(secret).encode()):
        assert found(looked, b"key: " + text + b"\n")


def test_several_threads_share_a_search():
    """Each has room of its own in the engine."""
    from concurrent.futures import ThreadPoolExecutor

    secret = value("letters and digits", 32, 3)
    looked = search(secret)
    buffers = [(b"x" * 1000 + b"\n") * place + secret.encode() for place in range(40)]
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda buffer: len(list(looked.scan(buffer))) == 1, buffers))


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_to_look_for_and_nothing_to_look_at(engine):
    """No value gives no hit, and neither does an empty buffer."""
    assert not found(search(engine=ENGINES[engine]), "anything")
    assert not found(search(value("hexadecimal", 32, 1), engine=ENGINES[engine]), "")
