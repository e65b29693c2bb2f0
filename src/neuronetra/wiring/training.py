"""What ``train`` is made of: the prepared cohort, its folds, the run's folder, and what makes members."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from neuronetra.app.train import Slot, Training
from neuronetra.app.train_cohort import TrainableCohort
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.recipes import Recipe
from neuronetra.domain.training_checks import require_classes, require_patients
from neuronetra.domain.training_record import key_check
from neuronetra.domain.training_run import AUTO, NONE
from neuronetra.domain.training_setup import Given, TrainingSetup, parts
from neuronetra.errors import CohortError, InputNotFoundError, OutputError, UsageError
from neuronetra.plugins import installed_version
from neuronetra.ports import FrameStore, Progress, Trainer
from neuronetra.wiring import Wiring
from neuronetra.wiring.members import folder_store
from neuronetra.wiring.preparation import key_of

if TYPE_CHECKING:
    from neuronetra.adapters.cohorts.prepared import PreparedCohort

TRAINER, FRAMES = "torch", "png"
MANIFEST = "manifest.json"
CAUTION = (
    "The score of the best epoch flatters: the epoch was chosen by it. What the ensemble is worth is told by "
    "`neuronetra evaluate COHORT --models STORE`."
)


@frozen
class Asked:
    """What a user asks of a run: ``folds`` and ``architectures`` are those to train now, all where ``None``.

    ``called`` is what other commands know the recipe by: a shipped name or a file's.
    """

    recipe: Recipe
    seed: int = 1
    pretrained: str = AUTO
    folds: tuple[int, ...] | None = None
    architectures: tuple[str, ...] | None = None
    called: str = ""

    def slots(self) -> tuple[Slot, ...]:
        """The networks to train now. Raises ``UsageError`` for one that the recipe does not have."""
        names = [architecture.name for architecture in self.recipe.architectures]
        for wanted in self.architectures or ():
            if wanted not in names:
                raise _unknown("architecture", wanted, names, self.recipe)
        for fold in self.folds or ():
            if fold not in range(self.recipe.folds):
                raise _unknown("fold", fold, list(range(self.recipe.folds)), self.recipe)
        return tuple(
            (architecture, fold)
            for architecture, fold in self.recipe.slots
            if (not self.architectures or architecture.name in self.architectures)
            and (not self.folds or fold in self.folds)
        )

    def given(self) -> Given:
        """The same as the run keeps it. Raises ``UsageError`` or ``InputNotFoundError`` for pretrained weights."""
        names = list(dict.fromkeys(architecture.name for architecture, _ in self.slots()))
        origin, place = "timm" if self.pretrained == AUTO else NONE, self.pretrained
        if self.pretrained not in (AUTO, NONE):
            if len(names) > 1:
                raise UsageError(
                    "one file of pretrained weights fits one architecture",
                    found=", ".join(names),
                    fix="train them one by one, each with its file: add --architecture NAME",
                )
            origin, place = _origin(self.pretrained), str(Path(self.pretrained).resolve())
        return Given(self.recipe, self.seed, dict.fromkeys(names, place), dict.fromkeys(names, origin))


def _origin(path: str) -> str:
    """What records say of a file of pretrained weights. Raises ``InputNotFoundError`` where there is none."""
    from neuronetra.adapters.disk.hashing import sha256_of

    try:
        return f"file sha256 {sha256_of(Path(path))}"
    except (OSError, ValueError) as error:
        raise InputNotFoundError(
            "no such file of pretrained weights",
            where=path[:200] or "an empty path",
            found=getattr(error, "strerror", None) or "no file's name",
            expected="auto, none, or a file",
        ) from None


def _unknown(what: str, found: object, known: Sequence[object], recipe: Recipe) -> UsageError:
    return UsageError(
        f"recipe {recipe.name} has no such {what}",
        found=str(found)[:60],
        expected=f"of {', '.join(map(str, known))}",
    )


def lengthened(recipe: Recipe, epochs: int | None) -> Recipe:
    """The recipe with another number of epochs, under a name of its own where its own is a shipped one."""
    if epochs is None or epochs == recipe.training.epochs:
        return recipe
    from neuronetra.domain.recipes import RECIPES

    name = f"{recipe.name}-{epochs}-epochs" if recipe.name in RECIPES else recipe.name
    return evolve(recipe, name=name, training=evolve(recipe.training, epochs=epochs))


def require_place(prepared: str, store: str, wiring: Wiring) -> None:
    """Before any work: a store is a folder that does not lie in the frames. Raises ``UsageError`` or ``OutputError``."""
    kind, _, rest = store.partition(":")
    if not store or (rest and kind in wiring.plugins.names("checkpoint_stores")) or store == "starter":
        raise UsageError(
            "networks are trained into a folder",
            found=repr(store[:80]),
            fix="name a folder, such as ./models",
        )
    try:
        place, given = Path(store).resolve(), Path(prepared).resolve()
    except (OSError, ValueError, RuntimeError):
        raise OutputError("not a folder's name", where=repr(store[:80])) from None
    if place == given or given in place.parents:
        raise OutputError(
            "a store lies apart from the prepared frames",
            where=store[:200],
            fix="name a folder beside that of the frames",
        )


def source_at(wiring: Wiring, location: str, asked: Asked) -> PreparedCohort:
    """The prepared cohort, made with the recipe's preprocessing. Raises ``CohortError``."""
    from neuronetra.adapters.cohorts.prepared import PreparedCohort
    from neuronetra.wiring.cohorts import cohort_at

    cohort = cohort_at(wiring, location)
    if not isinstance(cohort, PreparedCohort):
        raise CohortError(
            "training reads prepared frames",
            where=location,
            found="a cohort of DICOM",
            fix=f"prepare it: neuronetra prepare {location} FRAMES --recipe {asked.called}",
        )
    found, wanted = _preprocessing(location), asked.recipe.pipeline.preprocessing.digest
    if found != wanted:
        raise CohortError(
            "prepared with another preprocessing",
            where=location,
            found=f"sha256 {found[:12]}",
            expected=f"{wanted[:12]} of recipe {asked.recipe.name}",
            fix=f"prepare it with --recipe {asked.called}",
        )
    return cohort


def _preprocessing(location: str) -> str:
    """The sha256 of the preprocessing that the frames' manifest tells of."""
    try:
        return str(json.loads(_manifest(location))["preprocessing"]["sha256"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise CohortError(
            "not the manifest of prepared frames", where=MANIFEST, fix="prepare the cohort again"
        ) from None


def _manifest(location: str) -> bytes:
    from neuronetra.adapters.cohorts.tables import TableFile, cohort_folder

    root = cohort_folder(location)
    return TableFile.read(root / MANIFEST, MANIFEST, root).content


def trainer_of(wiring: Wiring, device: str, precision: str, workers: int | None) -> Trainer:
    """Raises ``MissingDependencyError`` without the extra ``train``, ``UsageError`` for a device that is not there."""
    trainer: Trainer = wiring.plugins.make(
        "trainers", TRAINER, device=device, precision=precision, workers=workers
    )
    return trainer


@frozen
class Source:
    """A prepared cohort: where it lies, and as what it was read."""

    location: str
    cohort: PreparedCohort
    labelled: LabelledSet


def training_of(
    wiring: Wiring,
    source: Source,
    store: str,
    asked: Asked,
    trainer: Trainer,
    progress: Progress | None = None,
) -> tuple[Training, int]:
    """The run, and how many series are left out for want of frames.

    Raises ``CohortError`` or ``FrameStoreError`` for frames, ``TrainingError`` for folds that cannot be trained on,
    ``UsageError`` for a network that cannot be made, ``OutputError`` where the folds that were kept are damaged.
    """
    from neuronetra.adapters.results.training_page import training_page
    from neuronetra.adapters.training.run_folder import RunFolder

    frames: FrameStore = wiring.plugins.make("frame_stores", FRAMES, location=source.location)
    trainable = TrainableCohort.of(source.labelled, frames, asked.recipe, asked.called, progress)
    place = RunFolder(store)
    setup = _setup(wiring, asked, source, trainable, place.folds())
    require_classes(setup, tuple(sorted({fold for _, fold in asked.slots()})))
    _require_networks(setup, asked.slots())
    training = Training(trainer, folder_store(wiring, store), frames, place, setup, training_page)
    return training, trainable.left_out


def _setup(
    wiring: Wiring,
    asked: Asked,
    source: Source,
    trainable: TrainableCohort,
    kept: Mapping[str, int] | None,
) -> TrainingSetup:
    """Folds are those kept with the run, where it was begun on these series."""
    import hashlib

    import numpy as np

    from neuronetra.adapters.training.folds import stratified_group_folds

    cohort, count = trainable.cohort, parts(asked.recipe)
    require_patients(cohort, count)
    uids = [series.uid for series in cohort.series]
    if kept is not None and sorted(kept) == uids and set(kept.values()) == set(range(count)):
        fold = np.array([kept[uid] for uid in uids])
    else:
        fold = stratified_group_folds(cohort, count, asked.seed)
    digest = hashlib.sha256(_manifest(source.location)).hexdigest()
    check = key_check(key_of(source.cohort))
    return TrainingSetup(asked.given(), cohort, fold, trainable.resolved, check, digest, _versions(wiring))


def _require_networks(setup: TrainingSetup, slots: Sequence[Slot]) -> None:
    """Make each network once: one that timm does not know is told of before hours of others. Raises ``UsageError``."""
    from neuronetra.adapters.networks.timm import build_network

    for architecture in dict.fromkeys(architecture for architecture, _ in slots):
        build_network(setup.spec(architecture, 0))


def _versions(wiring: Wiring) -> dict[str, str]:
    """Of the package and the libraries that train."""
    found = {name: version(name) for name in ("neuronetra", "numpy")}
    for need in wiring.plugins.named("trainers", TRAINER).needs:
        name = need.split("|")[0]
        found[name] = installed_version(need) or "unknown"
    return dict(sorted(found.items()))


def document_of(
    training: Training, left_out: int, chosen: Sequence[str] = (), exported: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """What a run has given so far, as plain data."""
    setup, states = training.setup, training.states()
    cohort = setup.cohort
    return {
        "synthetic": cohort.synthetic,
        "recipe": setup.recipe.name,
        "seed": setup.given.seed,
        "pretrained": dict(setup.given.origins),
        "series": len(cohort),
        "left_out": left_out,
        "patients": len({series.patient for series in cohort.series}),
        "patient_source": cohort.patient_source.value,
        "jobs": [state.as_document() for state in states],
        "missing": [state.name for state in states if not state.done],
        "chosen": list(chosen),
        "exported": dict(exported or {}),
        "caution": CAUTION,
    }
