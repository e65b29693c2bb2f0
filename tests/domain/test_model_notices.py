"""What is said with every result of a model that means nothing on patients."""

from __future__ import annotations

import pytest

from neuronetra.domain.locations import LABELS
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE
from neuronetra.domain.prediction import NOTICE, UNTRAINED_NOTICE, ModelIdentity
from neuronetra.domain.prediction_table import PredictionTable


@pytest.mark.parametrize("untrained", [False, True])
@pytest.mark.parametrize("synthetic", [False, True])
def test_a_notice_says_what_is_so_and_nothing_else(untrained: bool, synthetic: bool) -> None:
    """The research notice always stands; the other two where they are true."""
    identity = ModelIdentity("tiny", (), "0" * 64, untrained, synthetic)
    assert identity.notice.startswith(NOTICE)
    assert (UNTRAINED_NOTICE in identity.notice) is untrained
    assert (SYNTHETIC_MODEL_NOTICE in identity.notice) is synthetic
    assert identity.as_document()["synthetic"] is synthetic
    assert "synthetic" in SYNTHETIC_MODEL_NOTICE
    assert "worthless on patients" in SYNTHETIC_MODEL_NOTICE


@pytest.mark.parametrize("synthetic", [False, True])
def test_a_table_of_predictions_carries_it(synthetic: bool) -> None:
    """Whoever reads the table again knows of what model it is."""
    notice = ModelIdentity("tiny", (), "0" * 64, synthetic=synthetic).notice
    row = {"series_uid": "1.2", **dict.fromkeys(LABELS, 0.5), "notice": notice}
    table = PredictionTable.from_rows("predictions.csv", [(2, row)])
    assert table.synthetic is synthetic
    assert not table.untrained
