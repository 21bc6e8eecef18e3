"""All steps together, on small worlds."""

from __future__ import annotations

from tests.unit.ranking.world import Text, long_listings, long_text, world
from trends.ranking.aliases import Alias
from trends.ranking.entry import Reason
from trends.ranking.rank import Ranked, by_docs, by_rise, candidates, finished, judged, let_in
from trends.ranking.spellings import Spellings
from trends.ranking.subjects import Judged
from trends.ranking.surfaces import votes_of

LLM = Spellings({"llm": Alias("llm", "large language model", (), 9, 1.0)})


def ranking(
    now: list[Text], before: list[Text] | None = None, *, limit: int = 10, rising: bool = False
) -> tuple[list[Ranked], list[Judged]]:
    found = world(now, before or [])
    all_of_them = judged(found.counted, found.totals, found.sample, LLM, [])
    ordered = by_rise(all_of_them, found.totals) if rising else by_docs(all_of_them)
    names = {name for one in candidates(ordered, limit) for name in one.entry.names}
    votes = votes_of(names, now)
    return finished(let_in(ordered, votes), votes, found.totals, limit)


def abstract(number: int) -> str:
    """Of a paper on reinforcement learning of LLMs; its own words stand around the subjects."""
    return long_text(
        number,
        f"Our own{number} large language models are large. The reinforcement learning of large "
        f"language models is hard{number}, for reinforcement learning is slow{number}. Extensive "
        f"experiments show state-of-the-art results{number}",
    )


PAPERS = [
    *[(f"Large language models, reinforcement learning {n}", abstract(n)) for n in range(12)],
    *long_listings(
        8, "LLMs in the wild", "We study LLMs, and LLMs only. Extensive experiments help"
    ),
    *[("Something else", long_text(500 + n, "Nothing of the kind")) for n in range(40)],
]


def test_a_ranking_reads_like_notes() -> None:
    lines, _ = ranking(PAPERS, limit=3)
    assert [line.shown for line in lines][:2] == ["large language models", "reinforcement learning"]
    assert lines[0].entry.names == ("large language model", "llm")
    shown = {line.shown.casefold() for line in ranking(PAPERS, limit=1_000)[0]}
    assert not shown & {"language", "large language", "model", "extensive experiment", "result"}


def test_what_is_left_out_says_why() -> None:
    lines, left_out = ranking(PAPERS, limit=3)
    reasons = {
        one.entry.name: one.entry.left_out.reason
        for one in left_out
        if one.entry.left_out is not None
    }
    assert reasons["large language"] is Reason.PART
    assert reasons["extensive"] is Reason.GENRE
    assert reasons["model"] in (Reason.PART, Reason.GENERIC)
    assert "large language" in {entry.name for entry in lines[0].swallowed}


def test_proper_names_come_in_where_texts_write_them_so() -> None:
    papers = [
        *long_listings(12, "Other things", "It is MathBench-2, which is hard"),
        *long_listings(9, "Other", "It is sandbox 2, which is hard"),
        *[("Something else", long_text(500 + n, "Nothing of the kind")) for n in range(40)],
    ]
    found = world(papers)
    ordered = by_docs(judged(found.counted, found.totals, found.sample, LLM, []))
    (name,) = [one for one in ordered if one.entry.name == "mathbench 2"]
    assert name.entry.left_out is not None
    assert name.if_proper
    votes = votes_of(["mathbench 2", "sandbox 2"], papers)
    lines, _ = finished(let_in(ordered, votes), votes, found.totals, 99)
    shown = [line.shown for line in lines]
    assert "MathBench-2" in shown
    assert "sandbox 2" not in shown


def test_a_rising_ranking_shows_what_rises_alone() -> None:
    titles = ["Tidal attention"] * 9 + ["Plain retrieval"] * 20
    before = ["Plain retrieval"] * 20 + ["Old things"] * 9
    lines, left_out = ranking(
        [(title, "") for title in titles], [(title, "") for title in before], rising=True
    )
    assert [line.shown for line in lines] == ["Tidal attention"]
    assert lines[0].lift is None
    assert lines[0].score > 5
    reasons = {one.entry.name: one.entry.left_out for one in left_out}
    tidal = reasons["tidal"]
    assert tidal is not None
    assert tidal.reason is Reason.PART


def test_a_proper_name_that_does_not_rise_is_not_let_in() -> None:
    steady = long_listings(12, "Other things", "It is MathBench-2, which is hard")
    lines, _ = ranking(steady, steady, rising=True)
    assert lines == []


def test_one_way_of_writing_is_shown_once() -> None:
    """Pairs of characters that are always the same word."""
    lines, left_out = ranking([(f"谷爱凌{word}", "") for word in ("夺冠", "来了", "回家", "加油")])
    assert [line.shown for line in lines].count("谷爱凌") == 1
    assert Reason.SAME_DISPLAY in {
        one.entry.left_out.reason for one in left_out if one.entry.left_out is not None
    }


def test_a_word_cut_short_is_not_beside_the_word() -> None:
    often = ["徐梦桃夺冠", "徐梦桃来了", "恭喜徐梦桃", "徐梦夺冠", "为徐梦加油"]
    lines, _ = ranking([(title, "") for title in often], limit=99)
    assert [line.shown for line in lines if line.shown in ("徐梦", "徐梦桃")] == ["徐梦"]
    seldom = [*often, "看徐梦", "徐梦笑了", "徐梦走了"]
    lines, _ = ranking([(title, "") for title in seldom], limit=99)
    assert {"徐梦", "徐梦桃"} <= {line.shown for line in lines}


def test_no_listings_no_ranking() -> None:
    assert ranking([]) == ([], [])
