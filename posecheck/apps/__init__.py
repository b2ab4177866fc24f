"""Who uses it: each joins a source of frames, one Session and some sinks."""
