"""What ``demo`` is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuronetra.config import Configuration
from neuronetra.wiring import Wiring

if TYPE_CHECKING:
    from neuronetra.domain.demo import DemoResult
    from neuronetra.ports import Progress


def demo(
    out: str,
    seed: int,
    models: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> DemoResult:
    """A demonstration in the folder ``out``: a made-up study, its prediction by a store, and a report.

    ``models`` is a store as users name it; the shipped starter where none is named. Raises ``StoreError``,
    ``OutputError`` or ``ScoringError``.
    """
    from neuronetra.adapters.cohorts.synthetic_study import make_study
    from neuronetra.adapters.results.demo_folder import demo_folder
    from neuronetra.adapters.results.report_page import report_page
    from neuronetra.app.demo import Demo
    from neuronetra.app.inspect import Inspector

    wiring = Wiring(Configuration(models=models, threads=threads))
    store = wiring.store()
    with wiring.predictor(keep_open=False) as predictor:
        pipeline = store.ensemble().recipe.pipeline
        inspector = Inspector(wiring.reader(), wiring.preprocessor(), pipeline)
        using = Demo(make_study, predictor, inspector, report_page, store.card())
        with demo_folder(out) as folder:
            return using.run(folder, seed, progress)
