"""The torch peer of the bench: `REPS cdist ROWS DIM CUES` on stdin, one a line; answers CPU seconds (one thread)."""
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import torch

torch.set_num_threads(1)
held = {}
for line in sys.stdin:
    reps, name, *shape = line.split()
    rows, dim, cues = (int(s) for s in shape)
    if held.get("shape") != shape:
        held = {"shape": shape, "X": torch.rand(rows, dim, generator=torch.Generator().manual_seed(0))}
    X = held["X"]
    start = time.process_time()
    for _ in range(int(reps)):
        torch.cdist(X[:cues], X, p=1)
    print(time.process_time() - start, flush=True)
