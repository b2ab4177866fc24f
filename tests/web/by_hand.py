"""What a therapist does in the page of a clip, by mouse and keys, and what the room then knows."""

from __future__ import annotations

from typing import Any

from pages import until

READY = "document.querySelector('#review')?.dataset.ready !== undefined"
SHOWN = "document.querySelector('#verdict .badge').className"


class Bench:
    """The page of a clip in a tab that is signed in.

    Each method puts one thing right by the page's own handles; `done` waits until the room has
    taken it, sees that the page shows the verdict which follows, and returns what was sent.
    """

    def __init__(self, tab: Any, clip_id: int) -> None:
        self.tab, self._place = tab, f"/api/clips/{clip_id}/review"
        tab.goto(f"/clips/{clip_id}")
        until(tab, READY)
        self.first = self.now  # as it was before anything was put right

    @property
    def now(self) -> dict[str, Any]:
        """What the room knows of the clip."""
        answer: dict[str, Any] = self.tab.request.get(self._place).json()
        return answer

    def done(self, count: int) -> dict[str, Any]:
        """Wait until so much was put right; return the last of it."""
        until(self.tab, f"document.querySelectorAll('#history li').length === {count}")
        now = self.now
        assert len(now["corrections"]) == count
        assert self.tab.evaluate(SHOWN) == f"badge large {now['report']['grade']['verdict']}"
        last = now["corrections"][-1]
        return {"kind": last["kind"], **last["values"]}

    def keys(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.tab.keyboard.press(key)

    def drag_the_end_of_the_tension(self, by_px: float) -> None:
        """Drag it by the mouse."""
        self.tab.click(".mark.tension")
        handle = self.tab.locator(".handle[data-end=end_s]")
        self.tab.evaluate("document.getElementById('chart').scrollIntoView({ block: 'end' })")
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.tab.mouse.move(x, y)
        self.tab.mouse.down()
        self.tab.mouse.move(x + by_px, y, steps=5)
        self.tab.mouse.up()

    def move_the_start_of_a_repetition(self, rep: int, *keys: str) -> None:
        """Choose it in the list, and move its start, by keys alone."""
        self.tab.focus(f"[data-key=choose-rep-{rep}]")
        self.keys("Enter")
        self.tab.focus(".handle[data-end=start_s]")
        self.keys(*keys, "Enter")

    def mark_a_repetition_at_the_beginning(self) -> None:
        """Mark a span, and make a repetition of it, by a double click: that is one."""
        self.tab.focus("#play")
        self.keys("Home")
        until(self.tab, "document.getElementById('at').textContent.includes('0:00.00')")
        self.keys("i")
        until(self.tab, "!document.getElementById('span-panel').hidden")
        assert self.tab.locator(".handle.span").count() == 2
        self.tab.dblclick("[data-key=span-rep]")

    def set_the_variant(self, variant: str) -> None:
        """Choose it in the form."""
        self.tab.click("summary:has-text('exercise')")
        self.tab.select_option("#variant", variant)
        self.tab.click("#exercise-form > button")

    def set_the_verdict(self, verdict: str, reason: str) -> None:
        """Choose it; a reason is asked for."""
        self.tab.click("summary:has-text('verdict')")
        self.tab.select_option("#verdict-value", verdict)
        self.tab.click("#verdict-form > button")
        self.tab.fill("#verdict-reason", reason)
        self.tab.click("#verdict-form > button")

    def note(self, text: str) -> None:
        """Write a note at the moment that is shown, by keys alone."""
        self.tab.focus("#play")
        self.keys("m")
        self.tab.keyboard.type(text)
        self.keys("Tab", "Enter")

    def move_the_knee_in_the_first_look(self, *keys: str) -> None:
        """Move it by keys, from there onwards."""
        self.keys("Home", "ArrowRight", "e")  # the model looked at every other frame
        until(self.tab, "document.querySelectorAll('.joint').length === 10")
        self.tab.focus(".joint[data-key=working-knee]")
        self.keys(*keys)
        self.tab.check("input[value=onwards]")
        self.tab.click("[data-key=joint-save]")

    def judge(self, name: str, finding: dict[str, Any]) -> None:
        """Dismiss or confirm what was found."""
        key = f"{name}-{finding['rule']}@{finding['start_s']}"
        self.tab.click(f"[data-key='{key}']")

    def undo_all(self) -> None:
        """Go back to what the machine has found."""
        for left in range(self._holding() - 1, -1, -1):
            self.tab.click("#undo")
            until(self.tab, "document.getElementById('review').ariaBusy === null")
            assert self._holding() == left
        assert self.tab.locator("#undo").is_disabled()

    def _holding(self) -> int:
        return sum(not one["undone"] for one in self.now["corrections"])
