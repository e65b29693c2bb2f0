"""One thing to try: a valid folder and what is done to it. The same case gives the same bytes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence

from attrs import evolve, frozen
from hypothesis import strategies as st

from neuronetra.testing.fuzzing.bases import SHIPPED, VARIANTS, Base
from neuronetra.testing.fuzzing.byte_mutations import BYTES
from neuronetra.testing.fuzzing.element_mutations import ELEMENTS
from neuronetra.testing.fuzzing.element_tree import DEFLATED, FileTree, written
from neuronetra.testing.fuzzing.header_mutations import HEADERS
from neuronetra.testing.fuzzing.nonsense import Chance, chance_of
from neuronetra.testing.fuzzing.pixel_mutations import ENCODED, GROUPED, PIXELS

TREES = {**ELEMENTS, **HEADERS, **PIXELS}
FILES = ("file deleted", "file twice", "twin", "file of another series", "files exchanged")
KINDS = (*BYTES, *TREES, *FILES)
_GROUPS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.30, tuple(BYTES)),
    (0.30, (*ELEMENTS, *HEADERS)),
    (0.20, tuple(PIXELS)),
    (0.15, (*sorted(GROUPED), "geometry", "place malformed", "twin")),
    (0.05, FILES),
)
"""How often which: those that leave files readable and make slices hard to tell apart have a share of their own."""
_COUNTS, _COUNT_WEIGHTS = (1, 2, 3, 5), (50, 25, 15, 10)


@frozen
class Mutation:
    """One of ``KINDS``; ``seed`` decides the rest; ``everywhere`` does the same to every file."""

    kind: str
    seed: int
    everywhere: bool = False

    def __str__(self) -> str:
        return f"{self.kind} ({self.seed}{' everywhere' if self.everywhere else ''})"

    def chosen(self, files: Mapping[str, bytes]) -> str:
        """The one file that is spoilt."""
        return chance_of(self.seed).choice(sorted(files))

    def spoils(self, name: str, files: Mapping[str, bytes]) -> bool:
        """Whether that file is one that it spoils."""
        return self.everywhere or name == self.chosen(files)

    def in_bytes(self, content: bytes) -> bytes:
        """A file whose bytes are damaged; of a deflated one sometimes those that were deflated."""
        chance, damaged = chance_of(~self.seed), bytearray(content)
        inside = self.kind != "cut" and DEFLATED in content[:600] and chance.random() < 0.5
        tree = _tree(content) if inside else None
        if tree is None or not tree.deflated:
            BYTES[self.kind](chance, damaged)
            return bytes(damaged)
        damaged = bytearray(written(tree.elements, tree.writing))
        BYTES[self.kind](chance, damaged)
        return tree.with_content(bytes(damaged))

    def in_folder(self, files: dict[str, bytes], base: Base) -> dict[str, bytes]:
        """Files gone, doubled, exchanged, or joined by one of another series."""
        chance, name = chance_of(~self.seed), self.chosen(files)
        if self.kind == "file deleted":
            return {one: content for one, content in files.items() if one != name}
        if self.kind == "file twice":
            return files | {"copy": files[name]}
        if self.kind == "twin":
            return files | {"twin": _of_another_instance(files[name], chance)}
        if self.kind == "files exchanged":
            other = chance.choice(sorted(files))
            return files | {name: files[other], other: files[name]}
        stranger = evolve(base, number=str(chance.randrange(VARIANTS))) if base.layout != SHIPPED else base
        content = chance.choice(sorted(stranger.files().values()))
        return files | {chance.choice(("stranger", name)): content}


@frozen
class Case:
    """A base and its mutations, of trees first, then of bytes, then of whole files."""

    base: Base
    mutations: tuple[Mutation, ...]

    def __str__(self) -> str:
        return f"{self.base}: {', '.join(map(str, self.mutations))}"

    @property
    def damages_codestreams(self) -> bool:
        """Whether pixel data that two codecs may take differently may no longer be whole."""
        kinds = {mutation.kind for mutation in self.mutations}
        coded = self.base.entropy_coded or self.base.layout == SHIPPED
        return coded and bool(kinds & {*BYTES, *ENCODED, "frames", "twin", "transfer syntax"})

    @property
    def cut(self) -> str:
        """The file that was cut, where nothing else was done."""
        if len(self.mutations) != 1 or self.mutations[0].kind != "cut" or self.mutations[0].everywhere:
            return ""
        return self.mutations[0].chosen(self.base.files())

    def files(self) -> dict[str, bytes]:
        """The spoilt files by their names."""
        files = self.base.files()
        files = {name: self._spoilt(name, files) for name in files}
        for mutation in self.mutations:
            if mutation.kind in FILES and files:
                files = mutation.in_folder(files, self.base)
        return files

    def _spoilt(self, name: str, files: Mapping[str, bytes]) -> bytes:
        """One file: its elements first, then its bytes."""
        content, mine = files[name], [one for one in self.mutations if one.spoils(name, files)]
        of_trees = [one for one in mine if one.kind in TREES]
        tree = _tree(content) if of_trees else None
        if tree is not None:
            for mutation in of_trees:
                TREES[mutation.kind](chance_of(~mutation.seed), tree)
            content = tree.written()
        for mutation in mine:
            content = mutation.in_bytes(content) if mutation.kind in BYTES else content
        return content


def _tree(content: bytes) -> FileTree | None:
    """A file as a tree; ``None`` where it is no valid file."""
    try:
        return FileTree.of(content)
    except (ValueError, RecursionError, struct.error, zlib.error):
        return None


def _of_another_instance(content: bytes, chance: Chance) -> bytes:
    """The file with another SOPInstanceUID; sometimes of other pixels."""
    tree = _tree(content)
    for element in tree.elements if tree is not None else ():
        if element.tag == 0x00080018 and element.value:
            element.value = element.value[:-3] + b"77\0"
    if tree is None:
        return content
    if chance.random() < 0.3:
        TREES["frames"](chance, tree)
    return tree.written()


def drawn(seed: int, number: int, available: Sequence[Base]) -> Case:
    """Case ``number`` of a run."""
    chance = chance_of((seed, number))
    base = chance.choice(available)
    if base.layout == SHIPPED and chance.random() < 0.5:
        base = chance.choice(available)
    count = chance.choices(_COUNTS, _COUNT_WEIGHTS)[0]
    return Case(base, tuple(_drawn_mutation(chance, base) for _ in range(count)))


def _drawn_mutation(chance: Chance, base: Base) -> Mutation:
    while True:
        kinds = chance.choices([kinds for _, kinds in _GROUPS], [weight for weight, _ in _GROUPS])[0]
        kind = chance.choice(kinds)
        if _fits(kind, base):
            return Mutation(kind, chance.getrandbits(32), chance.random() < 0.25)


def _fits(kind: str, base: Base) -> bool:
    unknown = base.layout == SHIPPED
    grouped = kind not in GROUPED or base.layout == "enhanced"
    return unknown or (grouped and (kind not in ENCODED or base.encapsulated))


def mutations(kinds: Sequence[str] = KINDS) -> st.SearchStrategy[Mutation]:
    """Any mutation of those kinds."""
    return st.builds(Mutation, st.sampled_from(kinds), st.integers(0, 2**32 - 1), st.booleans())


def cases(available: Sequence[Base], kinds: Sequence[str] = KINDS) -> st.SearchStrategy[Case]:
    """Any of those bases with one to four mutations; examples shrink to fewer mutations."""
    many = st.lists(mutations(kinds), min_size=1, max_size=4).map(tuple)
    return st.builds(Case, st.sampled_from(available), many)
