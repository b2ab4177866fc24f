"""Leases of jobs: no two owners, nobody who has lost one changes anything, none stays for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from queue_rows import add_clip
from sqlalchemy import delete, select

from posecheck.apps.web.queue.leases import (
    LEASE_S,
    MOST_TRIES,
    NEVER_ENDED,
    Lease,
    Watch,
    beat,
    fail,
    finish,
    free_former,
    give_back,
    take,
    try_again,
)
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import DONE, FAILED, RUNNING, WAITING, Clip, Job

JOBS, TAKERS = 24, 6


def take_one(room: Room, server: str = "a") -> Lease:
    with room.database.writing() as session:
        lease = take(session, server)
    assert lease is not None
    return lease


def states(room: Room, clip_id: int) -> tuple[str, str, str | None, int]:
    with room.database.reading() as session:
        job = session.scalars(select(Job).where(Job.clip_id == clip_id)).one()
        clip = session.get_one(Clip, clip_id)
        assert job.error == clip.error
        return job.state, clip.state, clip.error, job.tries


def test_takers_at_once_never_get_the_same_job(room: Room, patient_id: int) -> None:
    clips = {add_clip(room, patient_id) for _ in range(JOBS)}
    at_once = threading.Barrier(TAKERS)

    def taker(number: int) -> list[int]:
        at_once.wait()
        done = []
        for _ in range(20 * JOBS):
            with room.database.writing() as session:
                lease = take(session, f"server{number}")
            if lease is not None:
                with room.database.writing() as session:
                    assert finish(session, lease)
                done.append(lease.clip_id)
            with room.database.reading() as session:
                if session.scalar(select(Job.id).where(Job.state != DONE).limit(1)) is None:
                    break
        return done

    with ThreadPoolExecutor(TAKERS) as pool:
        done = [clip for one in pool.map(taker, range(TAKERS)) for clip in one]
    assert sorted(done) == sorted(clips)


def test_who_has_lost_a_lease_changes_nothing(room: Room, patient_id: int) -> None:
    clip_id = add_clip(room, patient_id)
    lost = take_one(room)
    with room.database.writing() as session:
        assert free_former(session, "a") == 1
    present = take_one(room, "b")
    with room.database.writing() as session:
        assert not beat(session, lost, 0.5, "looking")
        assert not fail(session, lost, "No.")
        assert not give_back(session, lost, counts=False)
        assert not finish(session, lost)
    assert states(room, clip_id) == (RUNNING, RUNNING, None, 2)
    with room.database.writing() as session:
        assert finish(session, present)
        assert not finish(session, present)
    assert states(room, clip_id) == (DONE, DONE, None, 2)


def test_a_clip_that_never_ends_is_left_alone_until_somebody_asks(
    room: Room, patient_id: int
) -> None:
    clip_id = add_clip(room, patient_id)
    for _ in range(MOST_TRIES):
        take_one(room)
        with room.database.writing() as session:
            free_former(session, "a")
    assert states(room, clip_id) == (FAILED, FAILED, NEVER_ENDED, MOST_TRIES)
    with room.database.writing() as session:
        assert take(session, "a") is None
        assert try_again(session, clip_id)
        assert not try_again(session, clip_id)
    assert states(room, clip_id) == (WAITING, WAITING, None, 0)
    assert take_one(room).clip_id == clip_id


def test_what_was_broken_off_by_us_is_no_try(room: Room, patient_id: int) -> None:
    clip_id = add_clip(room, patient_id)
    for _ in range(2 * MOST_TRIES):
        lease = take_one(room)
        with room.database.writing() as session:
            assert give_back(session, lease, counts=False)
    assert states(room, clip_id) == (WAITING, WAITING, None, 0)


def test_a_name_that_begins_alike_is_another_server(room: Room, patient_id: int) -> None:
    add_clip(room, patient_id)
    take_one(room, "ab_")
    with room.database.writing() as session:
        assert free_former(session, "a") == free_former(session, "abc") == 0
        assert free_former(session, "ab_") == 1


def test_a_lease_runs_out_only_while_somebody_looks(room: Room, patient_id: int) -> None:
    add_clip(room, patient_id)
    lease = take_one(room)
    clock = Clock()
    watch = Watch(clock=clock)

    def freed_after(seconds: float) -> int:
        clock.now_s += seconds
        with room.database.writing() as session:
            return len(watch.reclaim(session))

    assert freed_after(0) == 0
    assert freed_after(10 * LEASE_S) == 0  # as after the database was gone
    assert [freed_after(LEASE_S / 3) for _ in range(3)] == [0, 0, 0]
    with room.database.writing() as session:
        assert beat(session, lease, 0.5, "looking")
    assert [freed_after(LEASE_S / 3) for _ in range(4)] == [0, 0, 0, 0]
    assert freed_after(LEASE_S / 3) == 1


class Clock:
    """One that stands still until it is told."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Server:
    """Takes jobs, lives for a while, and looks after the others."""

    def __init__(self, name: str, clock: Clock) -> None:
        self.name, self.alive = name, True
        self.leases: list[Lease] = []
        self.watch = Watch(clock=clock)


class Servers(RuleBasedStateMachine):
    """Three servers on one database: whatever happens to them, each job is done, and once."""

    room: Room
    patient_id: int

    def __init__(self) -> None:
        super().__init__()
        with self.room.database.writing() as session:
            session.execute(delete(Clip))
            session.execute(delete(Job))
        self.clock = Clock()
        self.servers = [Server(name, self.clock) for name in ("a", "b", "c")]
        self.clips = [add_clip(self.room, self.patient_id) for _ in range(2)]
        self.ghosts: list[Lease] = []
        self.done: list[int] = []  # clips, by each end that was taken

    pick = st.integers(0, 2)

    @rule(who=pick)
    def take(self, who: int) -> None:
        server = self.servers[who]
        if server.alive:
            with self.room.database.writing() as session:
                lease = take(session, server.name)
            if lease is not None:
                server.leases.append(lease)

    @rule(who=pick, well=st.booleans())
    def end(self, who: int, well: bool) -> None:
        server = self.servers[who]
        if server.alive and server.leases:
            self._end(server.leases.pop(), well)

    @rule(well=st.booleans())
    def end_what_was_forgotten(self, well: bool) -> None:
        if self.ghosts:
            self._end(self.ghosts.pop(), well)

    def _end(self, lease: Lease, well: bool) -> None:
        with self.room.database.writing() as session:
            owner = session.scalar(select(Job.owner).where(Job.id == lease.job_id))
            ended = finish(session, lease) if well else give_back(session, lease, counts=False)
        assert ended == (owner == lease.owner)
        if ended and well:
            self.done.append(lease.clip_id)

    @rule(who=pick)
    def die(self, who: int) -> None:
        self.servers[who].alive = False  # its leases stay in the table, and it keeps its memory

    @rule(who=pick)
    def wake(self, who: int) -> None:
        self.servers[who].alive = True  # as after a long sleep: it believes in its leases

    @rule(who=pick)
    def begin_anew(self, who: int) -> None:
        name = self.servers[who].name
        self.ghosts += self.servers[who].leases  # a thread of the former one may go on for a while
        self.servers[who] = Server(name, self.clock)
        with self.room.database.writing() as session:
            free_former(session, name)

    @rule(seconds=st.sampled_from([1.0, LEASE_S / 4, LEASE_S / 2]))
    def wait(self, seconds: float) -> None:
        self.clock.now_s += seconds
        for server in self.servers:
            if server.alive:
                with self.room.database.writing() as session:
                    server.leases = [x for x in server.leases if beat(session, x, 0.5, "looking")]
        for server in self.servers:
            if server.alive:
                with self.room.database.writing() as session:
                    server.watch.reclaim(session)

    @invariant()
    def each_job_has_one_owner_and_is_done_once(self) -> None:
        assert len(set(self.done)) == len(self.done)
        with self.room.database.reading() as session:
            jobs = session.scalars(select(Job).order_by(Job.id)).all()
        assert [job.clip_id for job in jobs] == self.clips
        for job in jobs:
            believing = [
                x.owner for s in self.servers for x in s.leases if x.clip_id == job.clip_id
            ]
            assert (job.state == DONE) == (job.clip_id in self.done)
            assert (job.owner is None) == (job.state != RUNNING)
            assert believing.count(job.owner or "") <= 1

    def teardown(self) -> None:
        """Whatever was left: one server that lives gets everything done."""
        helper = Server("d", self.clock)
        for _ in range(8 * MOST_TRIES):
            self.clock.now_s += LEASE_S / 3
            with self.room.database.writing() as session:
                helper.watch.reclaim(session)
                lease = take(session, helper.name)
                if lease is not None and finish(session, lease):
                    self.done.append(lease.clip_id)
        with self.room.database.reading() as session:
            failed = session.scalars(select(Job.clip_id).where(Job.state == FAILED)).all()
        assert sorted([*self.done, *failed]) == self.clips


def test_whatever_happens_to_servers_each_job_is_done_once(room: Room, patient_id: int) -> None:
    machine = type("Machine", (Servers,), {"room": room, "patient_id": patient_id})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20, stateful_step_count=30, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
