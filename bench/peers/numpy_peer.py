"""The numpy peer of the bench: `REPS NAME SHAPE...` on stdin, one a line; answers CPU seconds (one thread)."""
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np

held = {}


def data(rows, dim):
    if held.get("shape") != (rows, dim):
        held.clear()
        held["shape"] = (rows, dim)
        held["X"] = np.random.default_rng(0).random((rows, dim), dtype=np.float32)
    return held["X"]


def scores(rows, dim):
    X = data(rows, dim)
    X @ X[0]


def softmax(rows, dim):
    X = data(rows, dim)
    logits = (X @ X[0]).astype(np.float64) * 0.05
    p = np.exp(logits - logits.max())
    p /= p.sum()
    p.astype(np.float32) @ X


def batch(rows, dim, cues):
    X = data(rows, dim)
    X[:cues] @ X.T


def exp(n, _):
    np.exp(data(n, 1))


def levels(cues, n, m):
    if held.get("levels") != (cues, n, m):
        rng = np.random.default_rng(0)
        q = np.clip(np.rint(rng.normal(m / 2 - .5, m / 7, (cues, n))), 0, m - 1).astype(np.uint16)
        R = np.zeros((n, m))
        np.add.at(R, (np.tile(np.arange(n), cues), q.ravel()), 1)
        s = .025 * m
        K = np.exp(-(np.arange(m)[None] - np.arange(m)[:, None]) ** 2 / (2 * s * s))
        held.update(levels=(cues, n, m), q=q, R=R, K=K)
    return held


def register(cues, n, m):
    d = levels(cues, n, m)
    np.minimum(d["R"].ravel() + np.bincount((np.arange(n) * m + d["q"]).ravel(), minlength=n * m), 65535)


def recognize(cues, n, m):
    d = levels(cues, n, m)
    w = d["R"][np.arange(n), d["q"]]
    (w == 0).sum(1), w.sum(1)


def retrieve(cues, n, m):
    d = levels(cues, n, m)
    rows = np.cumsum(d["R"][None] * d["K"][d["q"]], axis=2)  # cues x n x m
    u = np.random.default_rng(1).random((cues, n)) * rows[:, :, -1]
    (rows <= u[:, :, None]).sum(2)


JOBS = {"register": register, "recognize": recognize, "retrieve": retrieve, "scores": scores, "softmax": softmax, "batch": batch, "exp": exp}
for line in sys.stdin:
    reps, name, *shape = line.split()
    shape = [int(s) for s in shape]
    if len(shape) == 3 and name != "batch":
        levels(*shape)
    else:
        data(shape[0], 1 if name == "exp" else shape[1])
    start = time.process_time()
    for _ in range(int(reps)):
        JOBS[name](*shape)
    print(time.process_time() - start, flush=True)
