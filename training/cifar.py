"""CIFAR-10, binary version: cifar-10-binary.tar.gz as published, read without unpacking. Images are N x 3 x 32 x 32 bytes."""
import tarfile

import numpy as np
import torch

RECORD = 1 + 3 * 32 * 32
TRAIN = [f"data_batch_{i}.bin" for i in range(1, 6)]
TEST = ["test_batch.bin"]


def read(path, names):
    """Images (uint8, N x 3 x 32 x 32) and labels (int64, N) of the named batches."""
    with tarfile.open(path) as archive:
        members = {member.name.split("/")[-1]: member for member in archive.getmembers()}
        missing = [name for name in names if name not in members]
        if missing:
            raise SystemExit(f"{path}: expected {', '.join(missing)} in it; give the binary version of CIFAR-10")
        rows = np.concatenate([np.frombuffer(archive.extractfile(members[name]).read(), np.uint8).reshape(-1, RECORD) for name in names])
    return torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(rows[:, 0].astype(np.int64))
