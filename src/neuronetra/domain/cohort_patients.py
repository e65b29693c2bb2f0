"""Patients as keyed hashes: equal where the patient is, and nobody without the key can tell who.

An identifier is digested as the reader digests PatientID (0010,0020), without padding; what is kept is the
HMAC-SHA256 of that digest.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b, sha256

from attrs import field, frozen

from neuronetra.domain.cohort import PatientSource

SHORTEST_SECRET = 16
"""Bytes that a secret of one's own has at least."""
FEWEST_TO_DOUBT = 10
"""From so many series on, one PatientID in all of them is taken for that of nobody."""
_NOBODY = frozenset(
    {"", "anon", "anonym", "anonymous", "anonymized", "anonymised", "deidentified", "de-identified"}
    | {"unknown", "none", "null", "nan", "na", "n/a", "removed", "redacted", "-"}
)
_PADDING = " \0\t\r\n"


def digest_of(identifier: str) -> str:
    """What tells patients apart, 24 hexadecimal digits; empty where the identifier is none."""
    told = identifier.strip(_PADDING)
    if told.lower() in _NOBODY:
        return ""
    return blake2b(told.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


_DIGESTS_OF_NOBODY = frozenset(
    blake2b(spelt.encode(), digest_size=12).hexdigest()
    for word in _NOBODY
    for spelt in {word, word.upper(), word.title(), word.capitalize()}
)


def digest_or_nobody(digest: str) -> str:
    """A digest that the reader made, or nothing where it is that of a word for nobody."""
    return "" if digest in _DIGESTS_OF_NOBODY else digest


def key_from_secret(secret: bytes) -> bytes:
    """The key, 32 bytes, that a secret makes; white space at its end does not count.

    Raises ``ValueError`` where the secret is short.
    """
    secret = secret.rstrip()
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"{len(secret)} bytes")
    return sha256(b"neuronetra patients, by a secret\0" + secret).digest()


def key_from_tables(tables: Sequence[bytes]) -> bytes:
    """The key, 32 bytes, that a cohort's own tables make: the same wherever they are read."""
    key = sha256(b"neuronetra patients, by tables\0")
    for content in tables:
        key.update(len(content).to_bytes(8, "big") + content)
    return key.digest()


@frozen
class KnownPatients:
    """The hash of each series' patient, how that is known, and what is to be said of it."""

    hashes: Mapping[str, str] = field(repr=False)
    source: PatientSource
    notes: tuple[str, ...] = ()


def known_patients(digests: Mapping[str, str], source: PatientSource, key: bytes) -> KnownPatients:
    """Patients of series (uid -> digest); where that is empty the series is a patient of its own."""
    notes: tuple[str, ...] = ()
    stated = Counter(digest for digest in digests.values() if digest)
    if source is PatientSource.DICOM and len(stated) == 1 and stated.total() >= FEWEST_TO_DOUBT:
        notes = (f"all {stated.total()} series that state a PatientID state the same: it tells nothing",)
        digests, stated = dict.fromkeys(digests, ""), Counter()
    if not stated:
        source = PatientSource.NONE
        notes = (*notes, "patients are unknown: each series counts as a patient of its own")
    elif unknown := len(digests) - stated.total():
        one = f"{unknown} of {len(digests)} series state no patient"
        notes = (*notes, f"{one}: each counts as a patient of its own")
    hashes = {uid: _hash(key, digest, uid) for uid, digest in digests.items()}
    return KnownPatients(hashes, source, notes)


def _hash(key: bytes, digest: str, uid: str) -> str:
    told = f"patient {digest}" if digest else f"series {uid}"
    return hmac.new(key, told.encode(), sha256).hexdigest()


def tables_digest(tables: Iterable[tuple[str, bytes]]) -> str:
    """sha256, hexadecimal, of tables (name, content): that of the cohort they make."""
    digest = sha256()
    for name, content in tables:
        digest.update(name.encode() + b"\0" + len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()
