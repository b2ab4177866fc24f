"""What the body does: numpy and scipy only; no pixels, no files, no clock, no log."""
