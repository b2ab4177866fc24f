"""What can go wrong, on one screen.

::

    PosecheckError              one sentence that says what is wrong and what to do
    ├── InputError              the clip, or what was asked of it, cannot be used
    │   ├── CameraError         a camera that is missing, busy or has gone
    │   ├── ClipError           a video file that cannot be read as one
    │   └── PrescriptionError   a prescription with unknown or wrong fields
    ├── ModelError              the landmark model is missing, broken or cannot be fetched
    ├── OutputError             the results cannot be written where they should go
    └── MissingDependencyError  a library or system package is not there

The command line prints the sentence and exits with code 2.
"""


class PosecheckError(Exception):
    """The root: everything that Posecheck raises on purpose."""


class InputError(PosecheckError):
    """The clip, or what was asked of it, cannot be used."""


class CameraError(InputError):
    """A camera that is missing, busy or has gone."""


class ClipError(InputError):
    """A video file that cannot be read as one."""


class PrescriptionError(InputError):
    """A prescription with unknown or wrong fields; the message names all of them."""


class ModelError(PosecheckError):
    """The landmark model is missing, broken or cannot be fetched."""


class OutputError(PosecheckError):
    """The results cannot be written where they should go."""


class MissingDependencyError(PosecheckError):
    """A library or system package is not there; the message names what to install."""
