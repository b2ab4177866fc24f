"""A live session: the camera's frames through the landmark model to voice, screen and report.

`run` joins the parts; `pipeline` holds the two threads that look and that understand, `presenter`
what the main thread shows and says, `rates` how many looks there are, `events` what is told to
other programs.
"""
