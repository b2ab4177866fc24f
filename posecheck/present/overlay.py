"""Frame and state in, annotated frame out: the only drawing code on pictures of people."""

from __future__ import annotations

import numpy as np

from posecheck.present.canvas import Canvas, Picture
from posecheck.present.figure import Figure
from posecheck.present.gauge import LEAST_ZONE_DEG, Gauge
from posecheck.present.panel_layout import Placer, body_points, controls_px, unit_px
from posecheck.present.panels import draw_notes, draw_status, notes_of
from posecheck.present.peak_gauge import draw_peak_gauge
from posecheck.present.stencils import Box
from posecheck.types import Array, Update, Words


class Overlay:
    """Draws a session's state on frames of one size.

    Parameters
    ----------
    width_px, height_px
        The size of the frames.
    words
        The language.
    scale
        Enlarges text and panels, for what is read from afar.
    tension_zone_deg
        How far from the point of tension the gauge is still green.
    for_player
        Whether the frames are of a video, of which a player's controls may cover the bottom.

    """

    def __init__(
        self,
        width_px: int,
        height_px: int,
        words: Words,
        *,
        scale: float = 1.0,
        tension_zone_deg: float = 5.0,
        for_player: bool = False,
    ) -> None:
        self._words = words
        self._shape = (height_px, width_px, 3)
        self._unit = unit_px(width_px, height_px) * scale
        free_px = controls_px(height_px) if for_player else 0.0
        self._placer = Placer(width_px, height_px, self._unit, free_px=free_px)
        self._controls = [(0.0, height_px - free_px, float(width_px), float(height_px))]
        if not for_player:
            self._controls = []
        self._figure = Figure(width_px, height_px, self._unit, words)
        self._gauge = Gauge(max(tension_zone_deg, LEAST_ZONE_DEG))

    def avoid(self, points: Array) -> None:
        """Fix the panels beside all these points of the body.

        Without this the panels are placed by what has been seen so far.

        Parameters
        ----------
        points
            (n, 2), in pixels, as `body_points` makes them of a clip's joints.

        """
        self._placer.fix(points)

    @property
    def labels(self) -> dict[str, Box]:
        """Where the labels of the last frame's angles stand."""
        return dict(self._figure.boxes)

    def draw(self, image_rgb: Picture, update: Update) -> Picture:
        """Draw on a picture and return it.

        Parameters
        ----------
        image_rgb
            (height, width, 3); one that is read-only or strided is copied first.
        update
            What is shown, its joints in pixels of the picture.

        """
        if image_rgb.shape != self._shape or image_rgb.dtype != np.uint8:
            raise ValueError(
                f"the overlay is for uint8 pictures of shape {self._shape}, "
                f"not {image_rgb.dtype} of {image_rgb.shape}"
            )
        flags = image_rgb.flags
        picture = image_rgb if flags.writeable and flags.c_contiguous else image_rgb.copy("C")
        if not self._placer.fixed:
            body = body_points(update.working_px, update.resting_px, update.trunk_px)
            self._placer.follow(update.t_s, body)
        layout, canvas = self._placer.layout, Canvas(picture)
        notes = notes_of(layout, canvas.width, self._unit, update, self._words)
        panels = [layout.status, layout.gauge, *([notes.box] if notes else [])]
        self._figure.draw(canvas, update, [*panels, *self._controls], panels)
        draw_status(canvas, layout.status, self._unit, update, self._words)
        if update.end_range is None:
            self._gauge.draw(canvas, layout.gauge, self._unit, update, self._words)
        else:
            draw_peak_gauge(canvas, layout.gauge, self._unit, update, self._words)
        if notes:
            draw_notes(canvas, notes, self._unit)
        return picture
