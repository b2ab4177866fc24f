"""What people fill in: names, passwords, and where they came from."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from posecheck.apps.web.accounts.passwords import LEAST, MOST
from posecheck.exercises.language import language_of
from posecheck.present.spreadsheet import spelled

_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def _language(code: str) -> str:
    return language_of(code)


def _login(text: str) -> str:
    login = spelled(text).strip().lower()
    if not login or any(c.isspace() for c in login):
        raise ValueError("a sign-in name has no blanks, and is not empty")
    return login


def _name(text: str) -> str:
    name = spelled(text).strip()
    if not name:
        raise ValueError("say a name")
    return name


def here(path: str | None) -> str:
    """Return a path of this site; anything else leads to the beginning."""
    return path if path and _PATH.fullmatch(path) else "/"


Login = Annotated[str, Field(max_length=120), AfterValidator(_login)]
Name = Annotated[str, Field(max_length=120), AfterValidator(_name)]
NewPassword = Annotated[str, Field(min_length=LEAST, max_length=MOST)]
Password = Annotated[str, Field(max_length=MOST)]
Language = Annotated[str, Field(max_length=8), AfterValidator(_language)]


class Values(BaseModel):
    """What comes in has no fields but these."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Values):
    """Who signs in, and where they wanted to go."""

    login: Annotated[str, Field(max_length=120)]
    password: Password
    then: Annotated[str | None, Field(max_length=2000)] = None


class SignedIn(BaseModel):
    """Where to go on."""

    then: str


class Welcome(Values):
    """An account that is made by a link, or a new password for one."""

    login: Login | None = None
    name: Name | None = None
    password: NewPassword
    language: Language = "en"


class PasswordChange(Values):
    """One's own password."""

    password: Password
    new_password: NewPassword


class AccountChange(Values):
    """What one may change of one's own account."""

    name: Name
    language: Language


class Invitation(Values):
    """Who is to come in."""

    role: Literal["owner", "therapist"]


class UserChange(Values):
    """Whether an account may be used."""

    disabled: bool


class NewToken(Values):
    """What a program is to be allowed."""

    name: Name
    read: bool = True
    write: bool = False
    export: bool = False
    days: Annotated[int, Field(ge=1, le=3650)] = 365


class LinkOut(BaseModel):
    """A link that is shown once."""

    address: str = Field(description="good once, and for a week")


class TokenOut(BaseModel):
    """A token that is shown once."""

    token: str = Field(description="sent as `Authorization: Bearer ...`")
