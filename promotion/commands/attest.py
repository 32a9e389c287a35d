"""Add a person's word to the record of a promotion, if it would count. This module does I/O."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import ValidationError

from promotion.checklist import find
from promotion.checklist import load_checklist as read_checklist
from promotion.people import signing
from promotion.people import toml_writer as writing
from promotion.people.attestations import ProofOutcome, Rules, other_image, rules_for
from promotion.people.promotion_record import RecordError, Word, parse_promotion_record, path_of
from promotion.settings import Settings
from promotion.settings.people import allowed, names_of
from promotion.unknown import Unknown


class AttestError(ValueError):
    """The word cannot be given, or would not count; the message is one sentence."""


@dataclass(frozen=True)
class Given:
    """What somebody says."""

    item: str
    digest: str
    by: str
    link: str = ""
    note: str = ""
    key: Path | None = None
    """SSH key to sign it with."""


def attest(settings: Settings, given: Given) -> tuple[Path, Word]:
    """Add a word to the record, and give its path and the word. Raises AttestError; ChecklistError."""
    title = _title(given.item)
    path = Path(path_of(settings.plan.record, given.digest))
    text = _text(path, given.digest)
    try:
        rules = rules_for(given.item, settings)
    except Unknown as unknown:
        raise AttestError(unknown.message) from None
    who = allowed(given.by, rules.by)
    if who is None:
        raise AttestError(f"{given.by} may not attest {given.item}: it must be one of {', '.join(rules.by)}")
    if rules.signed and given.key is None:
        raise AttestError(f"an attestation of {given.item} must be signed: name your SSH key with --key")
    word = _word(given, title, rules)
    if given.key is not None:
        word = _signed(word, given.key, who, settings)
    whole = f"{text.rstrip()}\n\n{writing.word(word)}"
    try:
        parse_promotion_record(whole)
    except RecordError as mistakes:
        raise AttestError(
            f"{path} cannot be extended with an attestation: {str(mistakes).splitlines()[0]}; nothing was written"
        ) from None
    _replace(path, whole)
    return path, word


def _title(item: str) -> str:
    try:
        line = read_checklist(find(Path.cwd())).item(item)
    except KeyError as mistake:
        raise AttestError(str(mistake.args[0])) from None
    if line.how == "M":
        raise AttestError(f"{item} is judged by the gate alone and cannot be attested")
    return line.title


def _text(path: Path, digest: str) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        record = parse_promotion_record(text)
    except FileNotFoundError:
        raise AttestError(f"{path} does not exist: create it with `promotion plan --digest {digest}`") from None
    except RecordError as mistakes:
        raise AttestError(f"{path} cannot be read: {str(mistakes).splitlines()[0]}") from None
    except (OSError, UnicodeDecodeError) as mistake:
        raise AttestError(f"{path} cannot be read: {mistake}") from None
    if record.digest != digest:
        raise AttestError(other_image(str(path), record.digest, digest))
    return text


def _word(given: Given, title: str, rules: Rules) -> Word:
    at = datetime.now(UTC).replace(microsecond=0)
    try:
        return Word(
            item=given.item,
            digest=given.digest,
            by=given.by,
            at=at,
            expires=at + max(rules.max_age, timedelta(seconds=1)),
            statement=given.note or title,
            link=given.link,
        )
    except ValidationError as mistakes:
        first = mistakes.errors()[0]
        raise AttestError(f"{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}") from None


def _signed(word: Word, key: Path, who: str, settings: Settings) -> Word:
    """Sign a word, and look whether the gate will take the signature."""
    try:
        signed = word.model_copy(update={"signature": signing.sign(word, key)})
    except signing.SigningError as mistake:
        raise AttestError(str(mistake)) from None
    signers = settings.plan.attestations.allowed_signers
    if signers is not None:
        names = list(dict.fromkeys((*names_of(word.by), *names_of(who))))
        found = signing.verify(signed, names, Path(signers), word.at)
        if found.found is not ProofOutcome.GOOD:
            raise AttestError(f"the gate would not accept it: {found.said}")
    return signed


def _replace(path: Path, text: str) -> None:
    """Replace a file in one step: a reader sees the old or the new content."""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=path.name, delete=False) as new:
            new.write(text)
        Path(new.name).chmod(path.stat().st_mode)
        Path(new.name).replace(path)
    except OSError as mistake:
        raise AttestError(f"{path} cannot be written: {mistake.strerror}") from None
