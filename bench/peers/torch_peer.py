"""The torch peer of the bench: `REPS NAME SHAPE...` on stdin, one a line; answers CPU seconds (one thread).

    cdist ROWS DIM CUES         L1 distances
    transformer N D M           12 steps of an Energy Transformer block of 12 heads, no energies
    memory B D K                one step of B spherical states of D neurons through a softmax memory of K columns
"""
import math
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import torch

torch.set_num_threads(1)
torch.set_grad_enabled(False)
HEADS, STEPS = 12, 12


def cdist(rows, dim, cues):
    X = torch.rand(rows, dim, generator=torch.Generator().manual_seed(0))
    return lambda: torch.cdist(X[:cues], X, p=1)


def transformer(n, d, m):
    g = torch.Generator().manual_seed(0)
    wq, wk, xi = (0.02 * torch.randn(rows, d, generator=g) for rows in (d, d, m))
    x0 = torch.randn(n, d, generator=g)
    width = d // HEADS

    def run():
        x = x0
        for _ in range(STEPS):
            h = torch.nn.functional.layer_norm(x, (d,))
            q = (h @ wq.T).view(n, HEADS, width).transpose(0, 1)
            k = (h @ wk.T).view(n, HEADS, width).transpose(0, 1)
            omega = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(width), -1)
            u = (omega @ k).transpose(0, 1).reshape(n, d) @ wq + (omega.transpose(-1, -2) @ q).transpose(0, 1).reshape(n, d) @ wk
            x = x + 0.1 * (u + torch.relu(h @ xi.T) @ xi)
    return run


def memory(b, d, k):
    g = torch.Generator().manual_seed(0)
    x, w = torch.randn(b, d, generator=g), 0.02 * torch.randn(d, k, generator=g)

    def run():
        xhat = x / torch.sqrt(x.square().sum(-1, keepdim=True) + 1e-5)
        x - 0.1 * (x - torch.softmax(10 * (xhat @ w), -1) @ w.T)
    return run


JOBS = {"cdist": cdist, "transformer": transformer, "memory": memory}
held = {}
for line in sys.stdin:
    reps, name, *shape = line.split()
    if held.get("job") != (name, shape):
        held = {"job": (name, shape), "run": JOBS[name](*(int(s) for s in shape))}
    run = held["run"]
    start = time.process_time()
    for _ in range(int(reps)):
        run()
    print(time.process_time() - start, flush=True)
