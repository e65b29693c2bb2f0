from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from neuronetra.adapters.cohorts.rsna import RsnaCohort
from neuronetra.cli.main import neuronetra
from neuronetra.domain.cohort_manifest import manifest_entries
from neuronetra.domain.cohort_table import to_csv
from neuronetra.domain.locations import ARTERIES, LABELS
from neuronetra.domain.prediction import NOTICE
from neuronetra.testing.cohort_builder import small_cohort
from neuronetra.testing.command_line import ALL_DONE, NONE_DONE, SOME_FAILED, refused, run, told

SERIES = 40
FIGURES = (
    "score",
    "present_auc",
    "mean_location_auc",
    "laterality_accuracy",
    "calibration_error",
    "difference_to_baseline",
)
QUICK = ("--bootstraps", 50)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 series, every second positive, said to be synthetic."""
    return small_cohort(tmp_path_factory.mktemp("c") / "cohort", SERIES, 1, seed=3, synthetic=True)


@pytest.fixture(scope="module")
def truth(cohort: Path) -> pl.DataFrame:
    return pl.read_csv(cohort / "train.csv").select("SeriesInstanceUID", *LABELS)


@pytest.fixture
def predicted(tmp_path: Path, truth: pl.DataFrame) -> Callable[..., Path]:
    """A table of predictions: the truth, blurred by ``noise``."""

    def make(name: str = "p.csv", noise: float = 0.0, **changed: Any) -> Path:
        chance = np.random.default_rng(0)
        values = truth.select(LABELS).to_numpy() * 0.5 + 0.25
        values = np.clip(values + noise * chance.standard_normal(values.shape), 0, 1)
        columns = dict(zip(LABELS, values.T, strict=True))
        frame = pl.DataFrame({"series_uid": truth["SeriesInstanceUID"], **columns, **changed})
        path = tmp_path / name
        frame.write_parquet(path) if name.endswith("parquet") else frame.write_csv(path)
        return path

    return make


def document(*arguments: object, code: int = ALL_DONE) -> dict[str, Any]:
    """What ``evaluate --format json`` prints, without a process of its own."""
    given = ["evaluate", *arguments, "--format", "json", *QUICK]
    done = CliRunner().invoke(neuronetra, [*map(str, given)], catch_exceptions=False)
    assert done.exit_code == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_true_predictions_score_one(cohort: Path, predicted: Callable[..., Path]) -> None:
    """Predictions that rank like the truth have every AUC 1, the right side always, and beat the baseline."""
    found = document(cohort, "--predictions", predicted())
    for key in ("score", "present_auc", "mean_location_auc", "laterality_accuracy"):
        assert found[key]["value"] == 1.0, key
    assert found["score"]["n"] == found["series"] == SERIES
    gain = 1.0 - found["baselines"]["modality"]["value"]
    assert found["difference_to_baseline"]["value"] == pytest.approx(gain, abs=1e-12)
    assert found["missing_predictions"] == 0
    assert found["synthetic"] is True


def test_keys_are_those_promised(cohort: Path, predicted: Callable[..., Path]) -> None:
    """Each figure is value, low, high and n; maps hold them by name; names and counts are plain."""
    found = document(cohort, "--predictions", predicted(noise=0.4))
    for figure in (
        *(found[key] for key in FIGURES),
        *found["per_location"].values(),
        *found["per_modality"].values(),
        *found["baselines"].values(),
    ):
        assert list(figure) == ["value", "low", "high", "n"]
        if figure["low"] is not None:
            assert figure["low"] <= figure["high"]
    assert set(found["per_location"]) | set(found["left_out_labels"]) == {one.value for one in ARTERIES}
    assert set(found["per_modality"]) == {"CTA", "MRA", "T2", "T1post"}
    assert list(found["baselines"]) == ["modality", "modality_age_sex"]
    assert isinstance(found["left_out_labels"], list)
    assert isinstance(found["series"], int)


def test_keys_are_the_same_without_predictions(cohort: Path, predicted: Callable[..., Path]) -> None:
    """Without predictions the cross-fitted baselines stand alone, in the same keys, the model's empty."""
    with_them = document(cohort, "--predictions", predicted())
    without = document(cohort, "--baselines")
    assert list(with_them) == list(without)
    assert all(without[key] == {"value": None, "low": None, "high": None, "n": 0} for key in FIGURES)
    assert without["baseline_fit"] == "cross-fitted"
    assert 0.0 <= without["baselines"]["modality"]["value"] <= 1.0
    assert without["predictions"] is None


def test_order_of_columns_and_rows_and_form_change_nothing(
    cohort: Path, predicted: Callable[..., Path], tmp_path: Path
) -> None:
    """Columns reversed, rows shuffled, semicolons, another uid column, or Parquet: the same document."""
    plain = document(cohort, "--predictions", predicted(noise=0.4))
    frame = pl.read_csv(tmp_path / "p.csv").sample(fraction=1.0, shuffle=True, seed=1)
    frame = frame.select(reversed(frame.columns)).rename({"series_uid": "SeriesInstanceUID"})
    other = tmp_path / "other.csv"
    other.write_bytes(b"\xef\xbb\xbf" + frame.write_csv(separator=";").encode())
    assert document(cohort, "--predictions", other) == plain
    assert document(cohort, "--predictions", predicted("p.parquet", noise=0.4)) == plain


def test_seed_settles_the_intervals(cohort: Path, predicted: Callable[..., Path]) -> None:
    """The same seed gives the same document, another one the same values with other intervals."""
    path = predicted(noise=0.4)
    first, second = (document(cohort, "--predictions", path, "--seed", seed)["score"] for seed in (1, 2))
    assert document(cohort, "--predictions", path, "--seed", 1)["score"] == first
    assert first["value"] == second["value"]
    assert first != second


def test_missing_predictions_are_counted_everywhere(
    cohort: Path, predicted: Callable[..., Path], tmp_path: Path
) -> None:
    """Series without a prediction, failed ones too, are left out and told of, in every format; code 1."""
    lines = predicted().read_text().splitlines()
    failed = lines[1].partition(",")[0] + "," * 14
    path = tmp_path / "part.csv"
    path.write_text("\n".join([lines[0], failed, *lines[4:]]) + "\n")
    found = document(cohort, "--predictions", path, code=SOME_FAILED)
    assert (found["missing_predictions"], found["series"]) == (3, SERIES - 3)
    assert found["predictions"]["failed"] == 1
    assert sorted(found["missing_series"]) == sorted(line.partition(",")[0] for line in lines[1:4])
    hidden = document(cohort, "--predictions", path, "--hide-names", code=SOME_FAILED)
    assert all(re.fullmatch(r"series-\d+", name) for name in hidden["missing_series"])
    for form in ("table", "html"):
        done = run("evaluate", cohort, "--predictions", path, "--format", form, *QUICK)
        assert done.returncode == SOME_FAILED
        assert "3 series without a prediction" in done.stdout
        assert "3 series of the cohort without a prediction" in done.stderr


def test_unknown_series_are_counted(cohort: Path, predicted: Callable[..., Path]) -> None:
    """Predictions of other cohorts' series are told of and not used."""
    path = predicted()
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, "9.9.9" + ",0.5" * 14]) + "\n")
    done = run("evaluate", cohort, "--predictions", path, "--format", "json", *QUICK)
    assert done.returncode == ALL_DONE
    assert json.loads(done.stdout)["predictions"]["unknown"] == 1
    assert "1 series that are not in the cohort" in done.stderr


@pytest.mark.parametrize("form", ["table", "json", "html"])
def test_every_form_says_synthetic_and_research(
    cohort: Path, predicted: Callable[..., Path], form: str
) -> None:
    """A result on made-up images says so, and that this is no medical device, in each form."""
    done = run("evaluate", cohort, "--predictions", predicted(), "--format", form, *QUICK)
    assert done.returncode == ALL_DONE
    assert "ynthetic cohort" in done.stdout
    assert NOTICE in done.stdout


def test_table_shows_the_baselines_beside_the_score(cohort: Path, predicted: Callable[..., Path]) -> None:
    """Each table has a line of the score, with the value of both baselines in it."""
    done = run("evaluate", cohort, "--predictions", predicted(), *QUICK)
    found = document(cohort, "--predictions", predicted())
    beside = [f"{figure['value']:.3f}" for figure in found["baselines"].values()]
    lines = [line for line in done.stdout.splitlines() if line.strip().startswith("Score  ")]
    tables = sum(set(line.strip()) == {"─"} for line in done.stdout.splitlines())
    assert len(lines) == tables >= 3
    assert all(value in line for line in lines for value in ("1.000", *beside))


class _References(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "data"}]


@pytest.mark.parametrize("with_predictions", [True, False])
def test_page_is_self_contained(
    cohort: Path, predicted: Callable[..., Path], tmp_path: Path, with_predictions: bool
) -> None:
    """The page names nothing on a network, runs nothing, and has plots only where there are predictions."""
    out = tmp_path / "page.html"
    given = ("--predictions", predicted(noise=0.4)) if with_predictions else ("--baselines",)
    done = run("evaluate", cohort, *given, "--format", "html", "--out", out, *QUICK)
    assert (done.returncode, done.stdout) == (ALL_DONE, "")
    text = out.read_text()
    seen = _References(text)
    assert not re.search("(?i)https?:", text)
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in seen.found)
    assert not {"script", "link", "iframe"} & seen.tags
    assert ("ROC curve, Aneurysm Present" in text) == with_predictions
    assert ("Reliability, Aneurysm Present" in text) == with_predictions


def test_out_is_whole_or_not_there(cohort: Path, predicted: Callable[..., Path], tmp_path: Path) -> None:
    """What stood at --out is replaced by the whole document, and stays where the command fails."""
    out = tmp_path / "out.json"
    out.write_text("before")
    bad = tmp_path / "bad.csv"
    bad.write_text(predicted().read_text().replace("0.25", "2.5", 1))
    refused("evaluate", cohort, "--predictions", bad, "--out", out, "--format", "json")
    assert out.read_text() == "before"
    run("evaluate", cohort, "--predictions", predicted(), "--out", out, "--format", "json", *QUICK)
    assert json.loads(out.read_text())["series"] == SERIES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "out.json", "p.csv"]


def test_stderr_is_apart(cohort: Path, predicted: Callable[..., Path]) -> None:
    """Stdout holds the document alone; what is said besides goes to stderr."""
    done = run("evaluate", cohort, "--predictions", predicted(), "--format", "json", *QUICK)
    json.loads(done.stdout)
    assert all(line.startswith(("note: ", "warning: ")) for line in told(done.stderr))


def test_reordered_labels_of_the_cohort_change_nothing(
    cohort: Path, predicted: Callable[..., Path], tmp_path: Path
) -> None:
    """The cohort's columns count by name too: reversed, the figures are the same."""
    moved = shutil.copytree(cohort, tmp_path / "moved")
    frame = pl.read_csv(cohort / "train.csv", infer_schema=False)
    frame.select(reversed(frame.columns)).write_csv(moved / "train.csv")
    path = predicted(noise=0.4)
    left, right = (document(place, "--predictions", path) for place in (cohort, moved))
    assert [left[key]["value"] for key in FIGURES] == [right[key]["value"] for key in FIGURES]
    assert left["per_location"].keys() == right["per_location"].keys()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b"", "empty"),
        (b"PK\x03\x04", "neither CSV nor Parquet"),
        (b"\xff\xfe\x00", "neither CSV nor Parquet"),
        (b"[]", "JSON"),
        (b"series_uid,x\n1,2\n", "14 columns are missing"),
    ],
)
def test_unusable_predictions_are_one_line(
    cohort: Path, tmp_path: Path, content: bytes | None, words: str
) -> None:
    """Each file that is no table of predictions ends in code 2 and one line that says why."""
    path = tmp_path / "p.csv"
    if content is not None:
        path.write_bytes(content)
    assert words in refused("evaluate", cohort, "--predictions", path)


def test_bad_cells_and_strangers_are_one_line(
    cohort: Path, predicted: Callable[..., Path], tmp_path: Path
) -> None:
    """A value that is none, a series twice, a label misspelt, and series of another cohort: one line each."""
    text = predicted().read_text()
    lines = text.splitlines()
    bad = {
        "line 2: Left Infraclinoid Internal Carotid Artery: 'nan' is no probability": re.sub(
            r"(?m)^([0-9.]+),[0-9.]+", r"\1,nan", text, count=1
        ),
        "stands in line 2 too": f"{text}{lines[1]}\n",
        "no column 'Basilar Tip', but 'Basilar tip'": text.replace("Basilar Tip", "Basilar tip"),
        "no prediction belongs to a series": f"{lines[0]}\n9.9{',0.5' * 14}\n",
    }
    path = tmp_path / "bad.csv"
    for words, content in bad.items():
        path.write_text(content)
        assert words in refused("evaluate", cohort, "--predictions", path)


def test_out_that_is_no_file_is_refused(cohort: Path, tmp_path: Path) -> None:
    """A folder, or one that is not there, is said before any work."""
    assert "a folder" in refused("evaluate", cohort, "--out", tmp_path)
    assert "no such folder" in refused("evaluate", cohort, "--out", tmp_path / "none" / "x.html")


def test_no_cohort_is_one_line(tmp_path: Path) -> None:
    """A folder without tables is refused in one line."""
    assert "no cohort here" in refused("evaluate", tmp_path)


def test_help_loads_no_heavy_library() -> None:
    """``evaluate --help`` imports neither numpy's users nor plotting."""
    code = (
        "import sys; sys.argv=['neuronetra','evaluate','--help']\n"
        "from neuronetra.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: print([m for m in ('matplotlib','polars','cv2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "COHORT" in done.stdout
    assert done.stdout.rstrip().endswith("[]")


def test_bad_rows_are_left_out_or_refused(tmp_path: Path, predicted: Callable[..., Path]) -> None:
    """A bad row is told of, left out and counted in the document; with --strict nothing is measured."""
    place = small_cohort(tmp_path / "cohort", 12, 1, seed=4)
    rows = list(csv.reader((place / "train.csv").read_text().splitlines()))
    rows[3][4] = "7"
    with (place / "train.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    done = run("evaluate", place, "--baselines", "--format", "json", *QUICK)
    found = json.loads(done.stdout)
    assert found["series"] == 11
    assert any("line 4" in row for row in found["cohort"]["bad_rows"])
    assert "bad row: train.csv, line 4" in done.stderr
    assert found["synthetic"] is False
    strict = run("evaluate", place, "--baselines", "--strict")
    assert (strict.returncode, strict.stdout) == (NONE_DONE, "")


def test_prepared_cohort_gives_the_same_figures(
    cohort: Path, predicted: Callable[..., Path], tmp_path: Path
) -> None:
    """The labels of a prepared folder are those of the cohort that it was made of, and so are the figures."""
    source = RsnaCohort(str(cohort))
    labelled = source.read()
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    (prepared / "cohort.csv").write_text(to_csv(labelled))
    (prepared / "manifest.json").write_text(json.dumps(manifest_entries(labelled, source.key())))
    path = predicted(noise=0.4)
    left, right = (document(place, "--predictions", path) for place in (cohort, prepared))
    assert right["synthetic"] is True
    assert {**left, "cohort": None} == {**right, "cohort": None}


@pytest.mark.parametrize("name", ["train.csv", "series/report.html", "p.csv", "key"])
def test_nothing_that_is_read_is_overwritten(
    cohort: Path, predicted: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    """--out on a table of the cohort, among its series, on the predictions or on the key is refused; all stays."""
    path, key = predicted(), tmp_path / "key"
    key.write_text("a secret of many letters")
    place = tmp_path / name if name in {"p.csv", "key"} else cohort / name
    before = place.read_bytes() if place.exists() else None
    said = refused("evaluate", cohort, "--predictions", path, "--patient-key", key, "--out", place)
    assert "overwritten" in said
    assert (place.read_bytes() if place.exists() else None) == before
