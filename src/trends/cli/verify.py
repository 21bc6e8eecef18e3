"""`trends verify`: proof that the counts equal a recount of the accepted listings."""

from __future__ import annotations

import typer

from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import segmenter
from trends.cli.errors import reported
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, out, plain, print_json, print_rows, progress_bar, say
from trends.cli.stack import connected_store
from trends.clock import SystemClock
from trends.processor.taxonomy_file import taxonomy_text
from trends.settings import load_settings
from trends.store.generations import active_generation, counting_generation
from trends.store.verify import Verdict, verify


@reported
def verify_command(data_dir: DataDir = None, output: OutputFormat = Format.TABLE) -> None:
    """Recount everything from the stored texts and compare every count.

    Exit code 0 when all are equal; 1 when not, and the first differences are shown.
    """
    settings = load_settings(data_dir=data_dir)
    cutter = segmenter(settings.segmenter)
    clock = SystemClock()
    with connected_store(settings) as client, progress_bar() as bar:
        task = bar.add_task("recounting", total=None, detail="")
        while True:
            text, _ = taxonomy_text(settings)
            generation = counting_generation(client, cutter, text, clock.now())
            reference = ReferenceAnalyser(generation.taxonomy(cutter), cutter)
            verdict = verify(
                client,
                reference,
                settings.horizon_days,
                clock,
                lambda done, total: bar.update(
                    task, completed=done, total=total, detail=f"{done:,} of {total:,} listings"
                ),
            )
            if verdict.equal or active_generation(client) == generation:
                break
            say("a rebuild has come to its end meanwhile; recounting by the new taxonomy")
    _report(verdict, output)
    if not verdict.equal:
        raise typer.Exit(1)


def _report(verdict: Verdict, output: Format) -> None:
    differences: list[dict[str, object]] = [
        {**what._asdict(), "stored": list(stored), "recounted": list(recounted)}
        for what, stored, recounted in verdict.differences
    ]
    if output is Format.JSON:
        print_json(
            {
                "equal": verdict.equal,
                "listings": verdict.listings,
                "compared": verdict.numbers,
                "compared_by_resolution": verdict.compared,
                "different": verdict.different,
                "differences": differences,
                "misnamed": verdict.misnamed,
                "counted_twice": verdict.counted_twice,
                "behind": verdict.behind,
            }
        )
        return
    out.print(summary(verdict))
    if verdict.equal:
        return
    if differences:
        columns = ["kind", "resolution", "bucket_s", "name", "stored", "recounted"]
        print_rows(differences, columns, output)
    if verdict.behind:
        out.print(
            f"{verdict.behind:,} listings carry topics of an older taxonomy; `trends rebuild` "
            "finishes what was interrupted"
        )
    for listing_id in verdict.misnamed:
        out.print(f"other terms or topics than its text gives: {plain(listing_id)}", markup=False)
    for listing_id in verdict.counted_twice:
        out.print(f"counted twice within the horizon: {plain(listing_id)}", markup=False)


def summary(verdict: Verdict) -> str:
    """The verdict in a line; that nothing was there to compare proves nothing, and is said."""
    if not verdict.equal:
        return f"NOT EQUAL: {verdict.different:,} of {verdict.numbers:,} counts differ"
    if not verdict.listings:
        return "nothing to compare: no listing is stored, and nothing is counted"
    by_resolution = ", ".join(f"{name} {count:,}" for name, count in verdict.compared.items())
    return f"equal: {verdict.numbers:,} counts of {verdict.listings:,} listings ({by_resolution})"
