"""A case and what became of it: which of the differences are faults, and whether pixels were made up."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

from attrs import frozen

from neuronetra.testing.fuzzing.attempts import Problem
from neuronetra.testing.fuzzing.bases import SHIPPED
from neuronetra.testing.fuzzing.cases import Case
from neuronetra.testing.fuzzing.element_tree import DEFLATED, FileTree
from neuronetra.testing.fuzzing.nonsense import MARK
from neuronetra.testing.fuzzing.worker_process import Answer

EXEMPT = frozenset({"pixels differ", "series differ", "printed"})
"""What is let pass where an entropy-coded stream is damaged: two codecs may make different garbage of it (and
twins are told by their pixels), and the libraries in C say on stderr what is wrong with it."""


@frozen
class Verdict:
    """The faults of a case, and the kinds of what was let pass."""

    problems: tuple[Problem, ...]
    exempt: tuple[str, ...] = ()


def verdict(case: Case, problems: Sequence[Problem]) -> Verdict:
    """Of all problems those that are faults; a planted text that is shown is one always."""
    if not case.damages_codestreams:
        return Verdict(tuple(problems))
    faults = tuple(one for one in problems if one.kind not in EXEMPT or MARK in one.detail)
    return Verdict(faults, tuple(sorted({one.kind for one in problems if one not in faults})))


def problems_of(answer: Answer) -> list[Problem]:
    """The problems that a worker found."""
    return [Problem(**one) for one in answer["problems"]]


def disagreement(first: Answer, second: Answer) -> list[Problem]:
    """What one reader gives must not depend on the process that it runs in."""
    names = [name for name, digest in first["digests"].items() if second["digests"].get(name) != digest]
    return [Problem("differs between processes", name) for name in names]


def made_up(case: Case, answer: Answer, whole: Mapping[str, str]) -> list[Problem]:
    """Of a cut file: slices that are not what they were, or that cannot be there any more.

    ``whole`` are the digests of the slices of the folder before it was cut (of one stack: where a slice of
    it is gone, another stack may be the largest).
    """
    name = case.cut
    if not name or case.base.layout == SHIPPED:
        return []
    given: dict[str, str] = answer["slices"]
    changed = [one for one, digest in given.items() if whole.get(one, digest) != digest]
    last = _last_slice(name, whole)
    found = [Problem("invented pixels", "another slice than before", ", ".join(changed))] if changed else []
    if last in given and _cuts_pixels(case.base.files()[name], case.files()[name]):
        found.append(Problem("invented pixels", "the slice that was cut", last))
    return found


def _last_slice(name: str, whole: Mapping[str, str]) -> str:
    """The last frame in that file."""
    frames = [one for one in whole if one == name or one.startswith(f"{name} (frame ")]
    return max(frames, key=lambda one: int(one.rstrip(")").rpartition(" ")[2]), default=name)


def _cuts_pixels(whole: bytes, cut: bytes) -> bool:
    """Whether bytes of the last frame are missing, not only what stands behind it."""
    tree = FileTree.of(whole)
    pixels = tree.pixels
    if pixels is None:
        return False
    last = pixels.value if pixels.fragments is None else pixels.fragments[-1]
    behind = (8 if pixels.fragments is not None else 0) + (last[-1:] == b"\0")
    return len(_content(cut)) < len(_content(whole)) - behind


def _content(raw: bytes) -> bytes:
    """The file; of a deflated one what can still be inflated."""
    start = 144 + int.from_bytes(raw[140:144], "little")
    if DEFLATED not in raw[:start]:
        return raw
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw[start:])
