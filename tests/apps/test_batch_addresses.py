"""Laws: no password, token or signature is ever part of a name or of what an error says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.apps.batch.addresses import is_address, parse_address
from posecheck.apps.batch.inputs import list_jobs
from posecheck.apps.batch.tasks import stem_of
from posecheck.errors import InputError

SECRET = "hUsH0815"
text = st.text(st.characters(codec="utf-8"), max_size=8)
schemes = st.sampled_from(("https", "http", "s3", "gs", "ftp", "HTTPS"))


def listed(url: str) -> list[str]:
    """Everything that may be written anywhere of what a URL leads to."""
    try:
        return [
            word for job in list_jobs([url]) for word in (job.name, job.stem, job.problem or "")
        ]
    except InputError as error:
        return [str(error)]


@given(schemes, text, text, text)
def test_a_password_is_in_no_name_and_no_error(
    scheme: str, user: str, before: str, after: str
) -> None:
    """Whatever surrounds it, percent-encoded or raw."""
    if scheme in ("s3", "gs"):  # behind the bucket stands a key, which may hold anything
        user = user.translate(dict.fromkeys(map(ord, "/?#")))
    url = f"{scheme}://{user}:{before}{SECRET}{after}@clinic.example/folder/clip.mp4"
    assert SECRET not in said_of(url)


def said_of(url: str) -> str:
    try:
        address = parse_address(url)
    except InputError as error:
        return str(error)
    return address.shown + address.path


@given(text, text, text)
def test_a_query_is_in_no_name(before: str, after: str, fragment: str) -> None:
    query = f"{before.replace('#', '')}{SECRET}{after}#{fragment}{SECRET}"
    for word in listed(f"https://clinic.example/folder/clip.mp4?{query}"):
        assert SECRET not in word


@given(text, text)
def test_a_token_without_a_user_is_in_no_name(before: str, after: str) -> None:
    url = f"https://{before.replace('?', '').replace('#', '')}{SECRET}{after}@clinic.example/a.mp4"
    for word in listed(url):
        assert SECRET not in word


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pw@Host.example:84/a%20b/c.mp4?Sig=1#t", "https://host.example:84/a b/c.mp4"),
        ("https://host.example/c.mp4?GoogleAccessId=me@here&Sig=x", "https://host.example/c.mp4"),
        ("http://[::1]:8000/clip.mp4", "http://[::1]:8000/clip.mp4"),
        ("s3://Bucket/a@b:c/clip.mp4", "s3://Bucket/a@b:c/clip.mp4"),
        ("gs://bucket/clip%20.mp4", "gs://bucket/clip%20.mp4"),
        ("s3://bucket/take #2, why?.mp4", "s3://bucket/take #2, why?.mp4"),
        ("s3://bucket/clip.mp4?X-Amz-Signature=x", "s3://bucket/clip.mp4"),
    ],
)  # fmt: skip
def test_what_is_shown(url: str, shown: str) -> None:
    assert parse_address(url).shown == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pa/ss@host/clip.mp4", "https://user:12/ss@host/clip.mp4",
        "https://user:12?ss@host/clip.mp4", "https://user:a@b/ss@host/clip.mp4",
        "s3://KEY:secret@bucket/clip.mp4", "https://host:port/clip.mp4", "s3:///clip.mp4",
        "zip://clip.mp4::s3://bucket/clips.zip",
    ],
)  # fmt: skip
def test_what_cannot_be_told_from_a_password_is_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_address(url)
    said = str(caught.value)
    assert "ss" not in said.replace("address", "").replace("password", "")
    assert "\n" not in said


@pytest.mark.parametrize("text", ["clip.mp4", "C:\\clips\\a.mp4", "C:/clips", "a:b", "", "://x"])
def test_a_path_is_no_address(text: str) -> None:
    assert not is_address(text)


@given(st.text(max_size=300))
def test_a_stem_names_one_folder(name: str) -> None:
    stem = stem_of(name)
    assert stem
    assert stem.strip(".")
    assert not set(stem) & set("/\\\0\n\r")
    assert len(stem.encode("utf-8")) <= 200


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a/b/pump.left.mp4", "pump.left"), ("...mp4", "clip"), ("clip", "clip"),
        ("=cmd().mp4", "=cmd()"), ("https://host/clip 1.mp4", "clip 1"),
        ("../x.mov", "x"),
    ],
)  # fmt: skip
def test_stems(name: str, stem: str) -> None:
    assert stem_of(name) == stem
