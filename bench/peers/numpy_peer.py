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


def lsr_look(rows, dim, states):
    """Squared distances in Gram form, supports of radius 3.2 (about half of the rows), f32."""
    X = data(rows, dim)
    if held.get("states") != states:
        held.update(states=states, Q=np.random.default_rng(3).random((states, dim), dtype=np.float32), norms=(X * X).sum(1))
    Q = held["Q"]
    d2 = (Q * Q).sum(1)[:, None] + held["norms"][None] - 2 * (Q @ X.T)
    weight = np.maximum(1 - d2 / np.float32(3.2 * 3.2), 0)
    inside = (weight > 0).astype(np.float32)
    return X, Q, weight.sum(1, dtype=np.float64), inside, inside.sum(1)


def lsr_step(rows, dim, states):
    X, _, D, inside, count = lsr_look(rows, dim, states)
    np.log(D), (inside @ X) / count[:, None]


def lsr_gradient(rows, dim, _):
    """One state, by differences as ours."""
    X = data(rows, dim)
    d = X - X[0]
    weight = np.maximum(1 - (d * d).sum(1).astype(np.float64) / (3.2 * 3.2), 0)
    inside = weight > 0
    (inside.sum() * X[0] - inside.astype(np.float32) @ X) / weight.sum()


def centroids(M, dim, _):
    """Brute force at one beta: every subset's centroid is a minimum if the set within r_s of it is that subset. 2^16 subsets at a time."""
    X = data(M, dim).astype(np.float64)
    norms = (X * X).sum(1)
    found = 0
    for start in range(0, 1 << M, 1 << 16):
        numbers = np.arange(max(1, start), min(1 << M, start + (1 << 16)))
        member = ((numbers[:, None] >> np.arange(M)) & 1).astype(np.float64)
        c = member @ X / member.sum(1)[:, None]
        d2 = (c * c).sum(1)[:, None] + norms[None] - 2 * (c @ X.T)
        found += int(((d2 < 2 / 5) == (member > 0)).all(1).sum())
    return found


def memory(count, dim, k):
    if held.get("memory") != (count, dim, k):
        rng = np.random.default_rng(0)
        held.update(memory=(count, dim, k), x=rng.standard_normal((count, dim), dtype=np.float32), w=.02 * rng.standard_normal((dim, k), dtype=np.float32))
    x, w = held["x"], held["w"]
    xhat = x / np.sqrt((x * x).sum(1, keepdims=True) + np.float32(1e-5))
    a = 10 * (xhat @ w)
    p = np.exp(a - a.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    x - np.float32(.1) * (x - p @ w.T)


THREE = {"batch", "lsr_step", "lsr_gradient", "centroids"}
JOBS = {"memory": memory, "lsr_step": lsr_step, "lsr_gradient": lsr_gradient, "centroids": centroids, "register": register, "recognize": recognize, "retrieve": retrieve, "scores": scores, "softmax": softmax, "batch": batch, "exp": exp}
for line in sys.stdin:
    reps, name, *shape = line.split()
    shape = [int(s) for s in shape]
    if name == "memory":
        pass
    elif len(shape) == 3 and name not in THREE:
        levels(*shape)
    else:
        data(shape[0], 1 if name == "exp" else shape[1])
    start = time.process_time()
    for _ in range(int(reps)):
        JOBS[name](*shape)
    print(time.process_time() - start, flush=True)
