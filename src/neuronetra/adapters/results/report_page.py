"""The report of one prediction as a self-contained HTML page."""

from __future__ import annotations

from markupsafe import Markup

from neuronetra.adapters.results.page import Section, heading, page, paragraph, table
from neuronetra.adapters.results.report_bars import bars
from neuronetra.adapters.results.report_frames import frames_html
from neuronetra.adapters.results.report_markdown import markdown_html
from neuronetra.adapters.results.report_reading import reading_html
from neuronetra.domain.demo import DrawnStudy
from neuronetra.domain.frames import Frames
from neuronetra.domain.prediction import Prediction

_MEANING = (
    "What the networks gave for this series, combined. It is not the chance that this patient has an aneurysm: "
    "compare the model's scores below with those of a baseline that sees no image."
)
_NO_CARD = (
    "The model store holds no model card: what the model was trained on, and its scores, are not told here."
)
_TRUTH = (
    "This series is made up, so what is in it is known. The truth stands beside the prediction whatever the model "
    "said; one made-up series tells nothing of how well a model does."
)


def report_page(
    prediction: Prediction, frames: Frames | None = None, card: str = "", drawn: DrawnStudy | None = None
) -> str:
    """A page of ``prediction``, its sampled uint8 ``frames`` (k, H, W), and the model's ``card`` in Markdown.

    ``drawn`` is the truth of a made-up series: then the page says that it is synthetic. Uids and names of files
    are those of the prediction, which numbers them where names are to be hidden.
    """
    sections = [_result(prediction, drawn)]
    if drawn is not None:
        sections.append(_truth(prediction, drawn))
    if frames is not None:
        shown = frames_html(frames, prediction.report.series, drawn)
        sections.append(Section("What the model looked at", shown))
    sections.append(Section("How the series was read", reading_html(prediction.report)))
    sections.append(Section("The model", _model(prediction, card)))
    return page(
        f"Series {prediction.series_uid}",
        sections,
        notices=prediction.model.warnings,
        synthetic=drawn is not None,
    )


def _result(prediction: Prediction, drawn: DrawnStudy | None) -> Section:
    if prediction.scores is None:
        return Section("Result", paragraph(f"No result: {prediction.error}", "notice warning"))
    marked = () if drawn is None else drawn.locations
    return Section("Result", bars(prediction.scores, marked) + paragraph(_MEANING, "remark"))


def _truth(prediction: Prediction, drawn: DrawnStudy) -> Section:
    sentences = drawn.sentences(prediction.report.slices_used)
    said = Markup("").join(paragraph(sentence) for sentence in sentences)
    return Section("What was drawn in", said + paragraph(_TRUTH, "remark"))


def _model(prediction: Prediction, card: str) -> Markup:
    model = prediction.model
    facts = [
        ("Recipe", model.recipe),
        ("Networks", len(model.members)),
        ("Manifest hash", model.manifest_hash),
    ]
    facts += [("Version of " + name, version) for name, version in prediction.versions.items()]
    members = table(["Network"], [(name,) for name in model.members])
    told = markdown_html(card) if card.strip() else paragraph(_NO_CARD, "notice")
    return table(["What", "Value"], facts) + heading("Networks") + members + told
