"""Reports of a batch lead back to its index and on to their neighbours."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import fsspec
import pytest
from batch_fakes import Inline, make_clip, run_inline

from posecheck.apps.batch.plan import Settings
from posecheck.apps.batch.runner import run_batch
from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.prescription import load_prescription

ODD = (
    "10 % off #1.mp4", "a&b <i>.mp4", "it's \"so\"?.mp4", "x+y=z;.mp4", "Übung é.mp4",
    "תרגיל ימין.mp4", "🦵 knee.mp4", "u2028\u2028line.mp4",
)  # fmt: skip


def order(out: Path) -> list[list[str]]:
    """The addresses and names of the reports, in the order of the index."""
    text = (out / "order.js").read_text(encoding="ascii")
    found = re.fullmatch(r"window\.posecheckOrder = (\[.*\]);\n", text, re.DOTALL)
    assert found is not None
    plain: list[list[str]] = json.loads(found[1])
    return plain


def index_order(out: Path) -> list[list[str]]:
    page = (out / "index.html").read_text(encoding="utf-8")
    found = re.search(r'id="rows">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return [[row[11], row[0]] for row in json.loads(found[1]) if row[11]]


def own_address(page: str) -> str:
    found = re.search(r'data-address="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_every_report_finds_itself_in_the_order_of_the_index(tmp_path: Path) -> None:
    """A clip that could not be graded has no report, and nothing leads to it."""
    clips, out = tmp_path / "clips", tmp_path / "out"
    clips.mkdir()
    for seed, name in enumerate(ODD):
        make_clip(clips / name, seed=seed)
    (clips / "broken.mp4").write_text("no video")
    run_inline(clips, out)
    assert order(out) == index_order(out)
    assert len(order(out)) == len(ODD)
    folders = {path.parent.name for path in out.glob("*/report.html")}
    pages = {
        own_address((out / folder / "report.html").read_text(encoding="utf-8"))
        for folder in folders
    }
    assert pages == {address for address, _ in order(out)}
    page = (out / "a&b _i_/report.html").read_text(encoding="utf-8")
    assert 'href="../index.html"' in page
    assert '<script src="../order.js">' in page
    assert "http" not in own_address(page)


def test_a_batch_that_grows_leads_on_to_what_is_new(tmp_path: Path) -> None:
    """The pages that were there are not written again, and lead to the new ones all the same."""
    clips, out = tmp_path / "clips", tmp_path / "out"
    clips.mkdir()
    for seed, name in enumerate(("a.mp4", "c.mp4")):
        make_clip(clips / name, seed=seed)
    run_inline(clips, out)
    before = (out / "a/report.html").stat().st_mtime_ns
    make_clip(clips / "b.mp4", seed=7)
    done = run_inline(clips, out)
    assert done.summary.kept == 2
    assert (out / "a/report.html").stat().st_mtime_ns == before
    assert [name for _, name in order(out)] == ["a.mp4", "b.mp4", "c.mp4"]
    (clips / "a.mp4").unlink()
    run_inline(clips, out, runs="batch_fakes:do_not_look")
    assert [name for _, name in order(out)] == ["b.mp4", "c.mp4"]
    run_inline(
        clips, out, runs="batch_fakes:do_not_look", prescription=load_prescription("default")
    )
    assert order(out) == index_order(out)


def test_an_interrupted_batch_leads_as_far_as_it_went(tmp_path: Path) -> None:
    clips, out = tmp_path / "clips", tmp_path / "out"
    clips.mkdir()
    for seed in range(6):
        make_clip(clips / f"{seed}.mp4", seed=seed)

    def tell(event: dict[str, Any]) -> None:
        if event["event"] == "clip" and event["clip"] == "1.mp4":
            raise KeyboardInterrupt

    settings = Settings(str(out), runs="batch_fakes:remember", per_s=LOOKS_PER_S)
    assert run_batch([str(clips)], settings, Inline, tell=tell).interrupted
    assert [name for _, name in order(out)] == ["0.mp4", "1.mp4"]
    assert order(out) == index_order(out)
    run_inline(clips, out)
    assert [name for _, name in order(out)] == [f"{i}.mp4" for i in range(6)]


def test_the_same_in_a_bucket(tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    for seed, name in enumerate(ODD[:3]):
        make_clip(clips / name, seed=seed)
    place = f"memory://{tmp_path.name}/out"
    run_inline(clips, place)
    files: Any = fsspec.filesystem("memory")
    files.get(f"/{tmp_path.name}/out", str(tmp_path / "out"), recursive=True)
    assert len(order(tmp_path / "out")) == 3
    assert order(tmp_path / "out") == index_order(tmp_path / "out")


def follow(tab: Any, link: str) -> None:
    with tab.expect_navigation(wait_until="load"):
        tab.click(link)


def links(tab: Any) -> dict[str, str]:
    """The links that are shown, by what stands on them."""
    tab.wait_for_selector("#batch", state="attached")
    return {
        a.inner_text(): a.evaluate("a => a.href") for a in tab.locator("#batch a:visible").all()
    }


@pytest.mark.browser
def test_from_the_index_through_all_reports_and_back(browser: Any, tmp_path: Path) -> None:
    """By the links alone, in a browser that reads the files from the disk."""
    clips, out = tmp_path / "clips", tmp_path / "out # 1 %"
    clips.mkdir()
    for seed, name in enumerate(ODD):
        make_clip(clips / name, seed=seed)
    shutil.copy(clips / ODD[0], clips / "zz twin.mp4")
    run_inline(clips, out)
    tab = browser.new_page(viewport={"width": 400, "height": 800})
    said: list[str] = []
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("console", lambda message: said.append(message.text))
    tab.goto((out / "index.html").as_uri())
    names = [cell.inner_text() for cell in tab.locator("td.name").all()]
    alone = [name for name in names if name != "zz twin.mp4"]  # which has the report of the first
    follow(tab, "td.name >> nth=0 >> a")
    walked = []
    for _ in names:
        walked.append(tab.inner_text("h1 strong"))
        assert tab.evaluate("document.documentElement.scrollWidth") <= 400
        assert tab.locator("#batch-before").is_visible() == (len(walked) > 1)
        if not tab.locator("#batch-after").is_visible():
            break
        assert tab.inner_text("#batch-after bdi") == alone[len(walked)]
        follow(tab, "#batch-after")
    assert walked == alone
    follow(tab, "#batch-before")
    assert tab.inner_text("h1 strong") == alone[-2]
    follow(tab, "#batch-index")
    assert tab.inner_text("#matches") == f"{len(names)} clips"
    assert said == []
    tab.close()


@pytest.mark.browser
def test_a_report_that_was_passed_on_alone_leads_nowhere(browser: Any, tmp_path: Path) -> None:
    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    run_inline([clip], out)
    shutil.copytree(out / "a", tmp_path / "mailed" / "a")
    tab = browser.new_page()
    tab.goto((tmp_path / "mailed/a/report.html").as_uri())
    tab.wait_for_selector("#batch", state="attached")
    assert links(tab) == {}
    tab.goto((out / "a/report.html").as_uri())
    assert list(links(tab)) == ["All clips"]
    tab.close()
