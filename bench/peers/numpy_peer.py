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


JOBS = {"scores": scores, "softmax": softmax, "batch": batch, "exp": exp}
for line in sys.stdin:
    reps, name, *shape = line.split()
    shape = [int(s) for s in shape]
    data(shape[0], 1 if name == "exp" else shape[1])
    start = time.process_time()
    for _ in range(int(reps)):
        JOBS[name](*shape)
    print(time.process_time() - start, flush=True)
