"""A real scheduler and its workers on the loopback: nothing is lost, and nothing done twice."""

from __future__ import annotations

import datetime
import ipaddress
import shutil
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import cluster_tasks
import pytest
from batch_cluster import WAIT_S, Cluster
from batch_servers import PASSWORD
from cluster_tasks import FakeRow, FakeTask, failed

import posecheck
from posecheck.apps.batch import cluster as module
from posecheck.apps.batch import cluster_executor as work
from posecheck.apps.batch import cluster_worker
from posecheck.apps.batch.cluster import check_address, connect
from posecheck.apps.batch.cluster_executor import ClusterExecutor
from posecheck.apps.batch.cluster_worker import PickledTask, Requirements, Unfit
from posecheck.apps.batch.tasks import ClipJob
from posecheck.errors import InputError, MissingDependencyError


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without a worker yet."""
    folder = tmp_path / "dask"
    folder.mkdir()
    with Cluster(folder) as made:
        yield made


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine starts workers slowly."""
    monkeypatch.setattr(module, "ANSWER_S", WAIT_S)


def slots(executor: ClusterExecutor, count: int) -> None:
    """Wait until so many workers are there."""
    executor._client.wait_for_workers(count, timeout=WAIT_S)


@pytest.mark.usefixtures("patient")
def test_a_worker_that_is_killed_half_way_costs_nothing(cluster: Cluster, scratch: Path) -> None:
    """All rows are there, and none twice; the worker that is left has done the rest."""
    first, _ = cluster.worker(), cluster.worker()
    notes: list[str] = []
    executor = connect(cluster.address, cluster_tasks.quick, failed, notes.append)
    try:
        slots(executor, 2)
        until_s = time.monotonic() + WAIT_S
        while executor.slots != 2:
            assert time.monotonic() < until_s
            time.sleep(0.1)
        names = [f"clip_{i}" for i in range(60)]
        futures = [executor.submit(FakeTask(str(scratch), name)) for name in names]
        until_s = time.monotonic() + WAIT_S
        while sum(future.done() for future in futures) < 15:
            assert time.monotonic() < until_s
            time.sleep(0.02)
        pids = {f.result().pid for f in futures if f.done()}
        first.kill()  # kill -9
        wait(futures, timeout=WAIT_S)
        rows: list[FakeRow] = [future.result(timeout=0) for future in futures]
    finally:
        executor.close()
    assert Counter(row.name for row in rows) == Counter(names)
    assert [row.error for row in rows] == [None] * 60
    assert pids == {process.pid for process in cluster.processes[1:]}
    assert notes == []
    # what the lost worker was at, or had not yet handed over, was begun again; no more than that
    begun = Counter(path.name.rpartition(".")[0] for path in scratch.iterdir())
    assert begun.keys() == set(names)
    assert max(begun.values()) <= 2


@pytest.mark.usefixtures("patient")
def test_what_goes_wrong_with_one_task_is_its_own_row(
    cluster: Cluster, scratch: Path, tmp_path: Path
) -> None:
    """And the log of a worker does not say what it was sent, for it may hold credentials."""
    cluster.worker()
    executor = connect(cluster.address, cluster_tasks.raises, failed)
    try:
        row = executor.submit(FakeTask(str(scratch), PASSWORD)).result(timeout=WAIT_S)
    finally:
        executor.close()
    assert "RuntimeError" in (row.error or "")
    assert PASSWORD not in (row.error or "")
    logs = [path.read_text() for path in (tmp_path / "dask").glob("*.log")]
    assert len(logs) == 2
    assert PASSWORD not in "".join(logs)


def test_a_worker_with_another_version_does_nothing(scratch: Path) -> None:
    """Not even open what it is sent, which may be of another make."""
    task = PickledTask(FakeTask(str(scratch), PASSWORD))
    assert PASSWORD not in repr(task)
    assert PASSWORD not in repr(ClipJob(PASSWORD, "name", "stem"))
    task._task = b"no pickle"
    answer = cluster_worker.work(Requirements("0.0.1", str(scratch), ""), cluster_tasks.quick, task)
    assert isinstance(answer, Unfit)
    assert "not 0.0.1" in answer.reason


def unfit(folder: Path, what: str) -> Path:
    """What a worker has to import first to be so."""
    place = folder / "unfit"
    place.mkdir()
    if what == "another state":
        package = Path(posecheck.__file__).parent
        shutil.copytree(package, place / "posecheck", ignore=shutil.ignore_patterns("__pycache__"))
        with (place / "posecheck/errors.py").open("a") as file:
            file.write("# no more\n")
    else:
        (place / "sitecustomize.py").write_text(
            "from posecheck.apps.batch.local_storage import LocalStorage\n"
            "LocalStorage.sees = lambda self, mark: not mark\n"
        )
    return place


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("what", ["another state", "another folder"])
def test_a_worker_that_joins_later_and_is_not_fit_is_not_used(
    what: str,
    cluster: Cluster,
    scratch: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would answer each task in no time, and leave nothing for the others."""
    cluster.worker()
    (scratch / ".posecheck/part/mark").mkdir(parents=True)
    notes: list[str] = []
    executor = connect(cluster.address, cluster_tasks.quick, failed, notes.append)
    try:
        names = [f"clip_{i}" for i in range(60)]
        futures = [executor.submit(FakeTask(str(scratch), name, "mark")) for name in names[:30]]
        cluster.worker(paths=[unfit(tmp_path, what)])
        slots(executor, 2)
        futures += [executor.submit(FakeTask(str(scratch), name, "mark")) for name in names[30:]]
        rows = [future.result(timeout=WAIT_S) for future in futures]
        assert executor.slots == 1
        cluster.processes[1].kill()
        monkeypatch.setattr(work, "_PATIENCE", 1)
        last = executor.submit(FakeTask(str(scratch), "last", "mark"))
        with pytest.raises(InputError, match="worker"):
            last.result(timeout=WAIT_S)
    finally:
        executor.close()
    assert [row.error for row in rows] == [None] * 60
    assert {row.pid for row in rows} == {cluster.processes[1].pid}
    assert len(notes) == 2  # and that no worker is left
    assert "is not used" in notes[0]


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
def test_a_task_that_ends_every_worker_is_given_up(cluster: Cluster, scratch: Path) -> None:
    """The others are done; nannies start the workers again."""
    cluster.worker(nanny=True)
    executor = connect(cluster.address, cluster_tasks.deadly, failed)
    try:
        names = ("a", "b", "deadly")
        futures = [executor.submit(FakeTask(str(scratch), name)) for name in names]
        rows = [future.result(timeout=WAIT_S) for future in futures]
    finally:
        executor.close()
    assert [row.name for row in rows] == list(names)
    assert [row.error is None for row in rows] == [True, True, False]
    assert "was lost" in (rows[2].error or "")


@pytest.mark.usefixtures("patient")
def test_a_scheduler_that_is_lost_is_said(cluster: Cluster, scratch: Path) -> None:
    cluster.worker()
    executor = connect(cluster.address, cluster_tasks.quick, failed)
    try:
        futures = [executor.submit(FakeTask(str(scratch), str(i))) for i in range(100)]
        futures[0].result(timeout=WAIT_S)
        cluster.processes[0].kill()
        done = wait(futures, timeout=WAIT_S)
        assert not done.not_done
        said = {str(future.exception()) for future in futures if future.exception()}
        assert len(said) == 1
        assert "connection to the Dask scheduler was lost" in said.pop()
        with pytest.raises(InputError, match="was lost"):
            executor.submit(FakeTask(str(scratch), "more"))
    finally:
        executor.abandon()


@pytest.mark.usefixtures("patient")
def test_a_worker_that_is_lost_when_it_is_asked_for_the_folder(
    cluster: Cluster, scratch: Path
) -> None:
    """The scheduler asks it before it knows; its work is done by the other one."""
    first, _ = cluster.worker(), cluster.worker()
    cluster.wait_for_workers(2)
    executor = connect(cluster.address, cluster_tasks.quick, failed)
    try:
        first.kill()
        row = executor.submit(FakeTask(str(scratch), "one")).result(timeout=WAIT_S)
    finally:
        executor.close()
    assert (row.name, row.error) == ("one", None)


@pytest.mark.usefixtures("patient")
def test_a_folder_that_a_worker_does_not_see(cluster: Cluster, scratch: Path) -> None:
    cluster.worker()
    executor = connect(cluster.address, cluster_tasks.quick, failed)
    try:
        with pytest.raises(InputError, match="does not see"):
            executor.submit(FakeTask(str(scratch), "one", "a mark that is not there"))
        assert list(scratch.iterdir()) == []
    finally:
        executor.close()


@pytest.mark.usefixtures("patient")
def test_what_is_abandoned_is_not_begun(cluster: Cluster, scratch: Path) -> None:
    cluster.worker()
    executor = connect(cluster.address, cluster_tasks.quick, failed)
    futures = [executor.submit(FakeTask(str(scratch), str(i))) for i in range(50)]
    futures[0].result(timeout=WAIT_S)
    executor.abandon()
    wait(futures, timeout=WAIT_S)
    time.sleep(0.5)
    assert len(list(scratch.iterdir())) < 50


@pytest.mark.usefixtures("patient")
def test_another_state_of_a_clone_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    """Its version number is the same."""
    cluster.worker(paths=[unfit(tmp_path, "another state")])
    with pytest.raises(InputError, match=r"another Posecheck than this machine \(0[^ ]+ \("):
        connect(cluster.address, cluster_tasks.quick, failed)


@pytest.mark.usefixtures("patient")
def test_other_versions_are_said(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import Client

    cluster.worker()
    real = Client.get_versions

    def get_versions(self: Client, **options: Any) -> Any:
        answer: Any = real(self, **options)
        for about in answer["workers"].values():
            about["packages"]["mediapipe"] = "0.1"
        return answer

    monkeypatch.setattr(Client, "get_versions", get_versions)
    notes: list[str] = []
    connect(cluster.address, cluster_tasks.quick, failed, notes.append).close()
    assert ["mediapipe" in line and "0.1" in line for line in notes] == [True]


def test_a_scheduler_without_workers(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_wait_for_a_worker", real_wait_with(0.5))
    with pytest.raises(InputError, match="has no worker"):
        connect(cluster.address, cluster_tasks.quick, failed)


def real_wait_with(seconds: float) -> Any:
    real = module._wait_for_a_worker

    class Impatient:
        def __init__(self, client: Any) -> None:
            self._client = client

        def wait_for_workers(self, count: int, **_: Any) -> None:
            self._client.wait_for_workers(count, timeout=seconds)

    return lambda client, address: real(Impatient(client), address)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """One line, whether the port is closed or somebody is silent there."""
    monkeypatch.setattr(module, "ANSWER_S", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (9, silent.getsockname()[1]):
            with pytest.raises(InputError, match="does not answer") as caught:
                connect(f"tcp://127.0.0.1:{port}", cluster_tasks.quick, failed)
            assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "address",
    ["", "8786", "http://host:8786", "tcp://host", "tcp://a:b", "tcp://u:p@host:1", "tcp://h:1/x"],
)
def test_what_is_no_address_of_a_scheduler(address: str) -> None:
    with pytest.raises(InputError, match="--dask takes an address"):
        check_address(address)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("127.0.0.1:8786", True), ("tcp://localhost:1", True), ("tcp://[::1]:1", True),
        ("tls://host:1", True), ("tcp://host:1", False), ("tcp://10.0.0.1:1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_safe(address: str, safe: bool) -> None:
    assert check_address(address)[1] is safe


def test_another_machine_without_tls_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_S", 0.5)
    notes: list[str] = []
    with pytest.raises(InputError):
        connect("tcp://192.0.2.1:8786", cluster_tasks.quick, failed, notes.append)
    assert len(notes) == 1
    assert "run code on its workers" in notes[0]


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDependencyError, match=r"pip install distributed"):
        connect("tcp://127.0.0.1:8786", cluster_tasks.quick, failed)


def test_tls_without_certificates() -> None:
    with pytest.raises(InputError, match="needs certificates"):
        connect("tls://127.0.0.1:8786", cluster_tasks.quick, failed)


@pytest.mark.usefixtures("patient")
def test_with_tls(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the certificates it works; a client of another authority is turned away."""
    import dask

    ours, others = certificates(tmp_path / "ours"), certificates(tmp_path / "others")
    options = [
        "--protocol", "tls", "--tls-ca-file", ours["ca-file"],
        "--tls-cert", ours["client.cert"], "--tls-key", ours["client.key"],
    ]  # fmt: skip
    folder = tmp_path / "dask"
    folder.mkdir()
    with Cluster(folder, options) as cluster:
        assert cluster.address.startswith("tls://")
        cluster.worker()
        with dask.config.set({f"distributed.comm.tls.{k}": v for k, v in ours.items()}):
            executor = connect(cluster.address, cluster_tasks.quick, failed)
            try:
                row = executor.submit(FakeTask(str(scratch), "one")).result(timeout=WAIT_S)
            finally:
                executor.close()
        assert row.name == "one"
        monkeypatch.setattr(module, "ANSWER_S", 1.0)
        with (
            dask.config.set({f"distributed.comm.tls.{k}": v for k, v in others.items()}),
            pytest.raises(InputError, match="cannot be used"),
        ):
            connect(cluster.address, cluster_tasks.quick, failed)
        with pytest.raises(InputError, match="cannot be used"):
            connect(cluster.address.replace("tls", "tcp"), cluster_tasks.quick, failed)


def certificates(folder: Path) -> dict[str, str]:
    """One for everybody, signed by itself, as a small clinic would make it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, folder.name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )  # fmt: skip
    return {
        "ca-file": str(certificate), "client.cert": str(certificate), "client.key": str(private),
    }  # fmt: skip
