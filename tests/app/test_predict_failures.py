"""What becomes of a prediction where something fails: that series fails, named; the others go on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from attrs import evolve

from neuronetra.app.predict import Predictor
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.modality import Modality
from neuronetra.domain.series import Series
from neuronetra.errors import (
    InputNotFoundError,
    IntegrityError,
    ModalityError,
    NoSeriesError,
    PluginError,
    ScoringError,
    SeriesError,
    SliceError,
    UsageError,
)
from neuronetra.testing.fakes import (
    FakeReader,
    FakeRuntime,
    MemoryStore,
    fake_series,
    tiny_manifest,
    tiny_recipe,
)

PredictorOf = Callable[..., Predictor]


def three(**faults: object) -> FakeReader:
    """Series 1.1, 1.2 and 1.3; ``faults`` are the reader's."""
    reader = FakeReader.of(*(fake_series(f"1.{i}", 20) for i in (1, 2, 3)))
    for name, value in faults.items():
        setattr(reader, name, value)
    return reader


def test_a_damaged_slice_is_left_out_and_others_are_chosen(predictor_of: PredictorOf) -> None:
    """The sampler chooses anew from what is left, as if the slice had never been there."""
    series = fake_series("1.2", 20)
    reader = FakeReader.of(series)
    reader.unreadable = {"004.dcm": "truncated", "019.dcm": "never asked for"}
    (prediction,) = predictor_of(reader).predict("scan")
    report = prediction.as_document()["report"]
    assert [item["file"] for item in report["left_out"]] == ["004.dcm"]
    assert (report["missing_slices"], report["frame_count"]) == (1, 19)
    assert any("could not be read" in warning for warning in report["warnings"])
    assert report["slices_used"] == [1, 3, 5, 7, 9, 11, 13, 15]
    without = series.without({"004.dcm": "truncated"})
    pixels = np.delete(reader.volumes["1.2"], 4, axis=0)
    (expected,) = predictor_of(FakeReader((without,), {"1.2": pixels})).predict("scan")
    assert prediction.scores == expected.scores


def test_damage_is_found_again_in_the_new_choice(predictor_of: PredictorOf) -> None:
    """Slices are left out until the chosen ones can be read."""
    reader = FakeReader.of(fake_series("1.2", 20))
    reader.unreadable = {f"{i:03}.dcm": "truncated" for i in range(19)}
    (prediction,) = predictor_of(reader).predict("scan")
    assert prediction.report.slices_used == (0,) * 8
    assert prediction.report.series.frame_count == 1
    reader.unreadable = {**reader.unreadable, "019.dcm": "truncated"}
    with pytest.raises(SeriesError, match="no slice of the series can be read"):
        predictor_of(reader).predict("scan")


def test_an_unusable_series_among_good_ones(predictor_of: PredictorOf) -> None:
    """It is a prediction with its error, in its place, and the others are as they would be."""
    good = three()
    reader = FakeReader([*good.series, Series.unusable("1.25", "all truncated")], good.volumes)
    found = predictor_of(reader).predict("scan")
    assert [(one.series_uid, one.error) for one in found] == [
        ("1.1", None),
        ("1.2", None),
        ("1.25", "1.25: all truncated"),
        ("1.3", None),
    ]
    assert found[2].probabilities is None
    assert found[2].report.error == "1.25: all truncated"
    assert [one.scores for one in found if one.scores] == [
        one.scores for one in predictor_of(good).predict("scan")
    ]


def test_nothing_usable_raises(predictor_of: PredictorOf) -> None:
    """Where every series failed: its own error for one, the count and the first for several."""
    one = FakeReader([Series.unusable("1.1", "all truncated")])
    with pytest.raises(SeriesError, match=r"1\.1: all truncated"):
        predictor_of(one).predict("scan")
    two = FakeReader([Series.unusable("1.1", "all truncated"), Series.unusable("1.2", "no pixels")])
    with pytest.raises(NoSeriesError, match=r"2, first: 1\.1: all truncated"):
        predictor_of(two).predict("scan")
    assert [p.error for p in predictor_of(two).predict_each("scan")] == [
        "1.1: all truncated",
        "1.2: no pixels",
    ]


def test_no_series_at_all(predictor_of: PredictorOf) -> None:
    """A path that is not there, and a reader that finds nothing and does not say so, raise."""
    with pytest.raises(InputNotFoundError):
        predictor_of(three()).predict("elsewhere")
    for ask in (
        predictor_of(FakeReader([])).predict,
        lambda p: list(predictor_of(FakeReader([])).predict_each(p)),
    ):
        with pytest.raises(NoSeriesError):
            ask("scan")


def test_nan_from_a_runtime(predictor_of: PredictorOf) -> None:
    """A network that gives NaN is a scoring error: raised for a single series, told for each of several."""
    runtime = FakeRuntime(broken=frozenset({"tiny_b_fold1_epoch0_score0.000000"}))
    with pytest.raises(ScoringError, match="not numbers"):
        predictor_of(FakeReader.of(fake_series("1.2", 20)), runtime).predict("scan")
    errors = [one.error for one in predictor_of(three(), runtime).predict_each("scan")]
    assert len(errors) == 3
    assert all("not numbers" in (error or "") for error in errors)


def test_a_plugin_that_breaks_in_the_middle(predictor_of: PredictorOf) -> None:
    """An unexpected error fails its series, named, without its text, which may quote a header."""
    cause = ValueError("bad value DOE^JANE")
    found = predictor_of(three(failures={"1.2": cause})).predict("scan")
    assert [one.error is None for one in found] == [True, False, True]
    assert found[1].error == "1.2: unexpected ValueError"
    with pytest.raises(PluginError, match=r"1\.2: unexpected ValueError") as caught:
        predictor_of(FakeReader((fake_series("1.2", 20),), {}, failures={"1.2": cause})).predict("scan")
    assert caught.value.__cause__ is cause


def test_a_runtime_that_breaks(predictor_of: PredictorOf) -> None:
    """A runtime's unexpected error is the series', too."""
    found = list(predictor_of(three(), FakeRuntime(failure=MemoryError("no room"))).predict_each("scan"))
    assert [one.error for one in found] == [f"1.{i}: unexpected MemoryError" for i in (1, 2, 3)]


def test_a_reader_that_names_the_wrong_file(predictor_of: PredictorOf) -> None:
    """A slice error about files that the series has not is a broken plug-in's, not an endless search."""
    reader = three()
    first = reader.load

    class Wrong(FakeReader):
        def load(self, series: Series, positions: object, progress: object = None) -> object:  # type: ignore[override]
            if series.uid == "1.2":
                raise SliceError({"other.dcm": "truncated"})
            return first(series, positions)  # type: ignore[arg-type]

    found = predictor_of(Wrong(reader.series, reader.volumes)).predict("scan")
    assert [one.error for one in found] == [None, "1.2: unexpected ValueError", None]


@pytest.mark.parametrize("keep_open", [True, False])
def test_a_store_error_is_raised_at_once(predictor_of: PredictorOf, keep_open: bool) -> None:
    """Weights that are not what they should be stop everything, before any network is opened on them."""
    store, runtime = MemoryStore.filled(tiny_recipe()), FakeRuntime()
    spoilt = str(store.names()[0])
    store.contents[f"memory:{spoilt}.onnx"] += b"!"
    predictor = predictor_of(three(), runtime, store, keep_open)
    with pytest.raises(IntegrityError, match=spoilt):
        predictor.predict("scan")
    assert spoilt not in runtime.opened


def test_an_ensemble_that_cannot_be_combined(predictor_of: PredictorOf) -> None:
    """A policy that lacks what it needs is no series' failure."""
    store = MemoryStore.filled(tiny_recipe(policy=EnsemblePolicy.RANK_MEAN))
    with pytest.raises(UsageError, match="out-of-fold"):
        predictor_of(three(), store=store).predict("scan")


def test_a_series_without_modality(predictor_of: PredictorOf) -> None:
    """A series whose modality is unknown fails until the caller names it."""
    reader = FakeReader.of(fake_series("1.2", 20, modality=None))
    with pytest.raises(SeriesError, match="modality is unknown"):
        predictor_of(reader).predict("scan")
    (named,) = predictor_of(reader, modality=Modality.CTA).predict("scan")
    assert named.scores is not None


def test_a_modality_that_no_member_takes(predictor_of: PredictorOf) -> None:
    """It is that series' error, with its report."""
    recipe = tiny_recipe(architectures=1, folds=1)
    manifest = tiny_manifest(recipe)
    known = evolve(manifest, spec=evolve(manifest.spec, modalities=(Modality.CTA,)))
    store = MemoryStore.filled(recipe, [known])
    reader = FakeReader.of(fake_series("1.1", 20), fake_series("1.2", 20, modality=Modality.T2))
    found = predictor_of(reader, store=store).predict("scan")
    assert found[0].error is None
    assert "not trained on this modality" in (found[1].error or "")
    with pytest.raises(NoSeriesError, match="2, first: the model was not trained"):
        predictor_of(reader, store=store, modality=Modality.MRA).predict("scan")
    with pytest.raises(ModalityError):
        predictor_of(FakeReader.of(fake_series("1.2", 9, modality=Modality.MR)), store=store).predict("scan")


def test_hidden_names(predictor_of: PredictorOf) -> None:
    """With names hidden, no uid and no file name stands in any result, failed or not."""
    reader = three(unreadable={"004.dcm": "truncated beside 006.dcm"}, failures={"1.2": ValueError("1.2")})
    shown = [str(one.as_document()) for one in predictor_of(reader, hide_names=True).predict("scan")]
    for text in shown:
        assert ".dcm" not in text
        assert "DOE" not in text
    assert "'series-1'" in shown[0]
    assert "series-2: unexpected ValueError" in shown[1]
    assert "'series-3'" in shown[2]
    plain = predictor_of(reader).predict("scan")
    hidden = predictor_of(reader, hide_names=True).predict("scan")
    assert [one.scores for one in plain] == [one.scores for one in hidden]


def test_hidden_names_in_what_is_raised(predictor_of: PredictorOf) -> None:
    """An error that ends it all says numbers, too."""
    readers = [
        FakeReader([Series.unusable("1.2.840", "all truncated")]),
        FakeReader([Series.unusable("1.2.840", "bad"), Series.unusable("1.2.841", "bad")]),
        FakeReader((fake_series("1.2.840", 9),), failures={"1.2.840": ValueError("no")}),
    ]
    for reader in readers:
        with pytest.raises((SeriesError, NoSeriesError, PluginError)) as caught:
            predictor_of(reader, hide_names=True).predict("scan")
        assert "1.2.84" not in str(caught.value)
        assert "series-1" in str(caught.value)


def test_a_series_that_only_loses_slices_is_given_up(predictor_of: PredictorOf) -> None:
    """Hundreds of damaged slices are not asked for eight at a time to the last; a third of them is no reason."""
    series = fake_series("1.1", 600)
    good = FakeReader.of(series)
    damaged = FakeReader(good.series, good.volumes, {item.file: "truncated" for item in series.slices})
    with pytest.raises(SeriesError, match="too many slices cannot be read: truncated"):
        predictor_of(damaged).predict("scan")
    assert len(damaged.loaded) == 32
    third = FakeReader(good.series, good.volumes, {item.file: "truncated" for item in series.slices[::6]})
    assert predictor_of(third).predict("scan")[0].error is None
