"""A patient by name, made where there is none of that name."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from posecheck.apps.web.people.names import LONGEST, folded, one_line
from posecheck.apps.web.store.tables import Patient
from posecheck.errors import InputError
from posecheck.present.spreadsheet import spelled


def patient_called(session: Session, name: str) -> Patient:
    """Return the patient of this name, or a new one.

    Parameters
    ----------
    session
        A writing one.
    name
        As a report or the command line says it.

    Raises
    ------
    InputError
        It is none.

    """
    wanted = one_line(spelled(name))
    if not 0 < len(wanted) <= LONGEST:
        raise InputError(f"A patient's name has 1 to {LONGEST} characters.")
    theirs = select(Patient).where(Patient.name == wanted).with_for_update()
    found = session.scalar(theirs)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            made = Patient(name=wanted, search_name=folded(wanted))
            session.add(made)
        return made
    except IntegrityError:  # somebody else was quicker
        return session.scalars(theirs).one()
