"""Many clips: what to grade, who grades it, what is kept from run to run, and how far it is.

::

    inputs ──► plan ──► runner ──► worker_pool or cluster ──► grade_clip ──► storage

`inputs` lists the clips, with `discovery` for folders, `manifest` for tables and `addresses` for
what lies elsewhere. `plan` makes a task of each content (`tasks`). `runner` hands them to the
worker processes of this machine (`worker_pool`, `worker_process`, `worker_main`) or of a Dask
cluster (`cluster`, `cluster_executor`, `cluster_worker`), and takes rows back (`rows`,
`progress`). `grade_clip` does one clip: `fetch` brings it here, `cache` says what is known of it
already, and `storage` (`local_storage`, `remote_storage`) holds what comes of it; `cache_cleanup`
clears what is of no use any more.
"""
