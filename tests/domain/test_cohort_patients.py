"""Patients: keyed hashes by which one is recognised, and never told."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.cohort import PatientSource
from neuronetra.domain.cohort_patients import (
    digest_of,
    digest_or_nobody,
    key_from_secret,
    key_from_tables,
    known_patients,
    tables_digest,
)

KEY = key_from_secret(b"a secret of sixteen bytes")
UIDS = [f"1.{n}" for n in range(12)]


@given(st.dictionaries(st.sampled_from(UIDS), st.sampled_from(["", "A", "B", "C"]), min_size=1))
def test_series_share_a_hash_exactly_where_they_share_a_patient(stated):
    """Equal ids have equal hashes, others and unknown ones have none in common, under any key."""
    digests = {uid: digest_of(told) for uid, told in stated.items()}
    found = known_patients(digests, PatientSource.COLUMN, KEY)
    other = known_patients(digests, PatientSource.COLUMN, b"0" * 32)
    for uid, told in stated.items():
        assert re.fullmatch("[0-9a-f]{64}", found.hashes[uid])
        assert found.hashes[uid] != other.hashes[uid]
        for second, said in stated.items():
            same = uid == second or (told == said != "")
            assert (found.hashes[uid] == found.hashes[second]) == same


def test_how_patients_are_known_is_said():
    """Where some state none their number is told, where nobody does that each series counts as one."""
    some = known_patients({"1.1": digest_of("A"), "1.2": ""}, PatientSource.COLUMN, KEY)
    assert some.source is PatientSource.COLUMN
    assert "1 of 2 series state no patient" in some.notes[0]
    none = known_patients({"1.1": "", "1.2": ""}, PatientSource.DICOM, KEY)
    assert none.source is PatientSource.NONE
    assert "patients are unknown" in none.notes[0]
    assert known_patients({"1.1": digest_of("A")}, PatientSource.COLUMN, KEY).notes == ()


def test_one_id_in_all_images_is_nobodys():
    """A cohort whose images all state one PatientID was blanked out; a table that says so is believed."""
    digests = dict.fromkeys(UIDS, digest_of("ANON-1"))
    found = known_patients(digests, PatientSource.DICOM, KEY)
    assert found.source is PatientSource.NONE
    assert len(set(found.hashes.values())) == len(UIDS)
    assert len(set(known_patients(digests, PatientSource.TABLE, KEY).hashes.values())) == 1
    few = dict.fromkeys(UIDS[:3], digest_of("P"))
    assert known_patients(few, PatientSource.DICOM, KEY).source is PatientSource.DICOM


def test_words_for_nobody_are_no_patient():
    """Blanked ids tell no patients apart, in a table or as the reader digests them."""
    from hashlib import blake2b

    for word in ("", "  ", "ANONYMOUS", "nan", "De-identified", "N/A"):
        assert digest_of(word) == ""
    assert digest_or_nobody(blake2b(b"ANONYMIZED", digest_size=12).hexdigest()) == ""
    assert digest_or_nobody(digest_of("P-1")) == digest_of("P-1")


def test_a_key_is_of_a_secret_or_of_tables():
    """White space behind a secret does not count, its length does; tables cannot be cut another way."""
    assert key_from_secret(b"x" * 16 + b"\r\n") == key_from_secret(b"x" * 16)
    with pytest.raises(ValueError, match="3 bytes"):
        key_from_secret(b"abc   \n              ")
    assert key_from_tables([b"ab", b"c"]) != key_from_tables([b"a", b"bc"])
    assert len(key_from_tables([b""])) == 32


def test_the_digest_of_tables_knows_their_names():
    """The same bytes under another name are another cohort."""
    assert tables_digest([("a", b"x")]) != tables_digest([("b", b"x")])
    assert tables_digest([("a", b"x")]) == tables_digest([("a", b"x")])
