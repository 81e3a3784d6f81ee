"""Files of 28 x 28 byte images as MNIST has them (IDX, magic 2051), plain or gzipped, as float32 rows in [0, 1]."""
import gzip
import os
import struct

import numpy as np
import torch


def find(folder, name):
    """The path of a file that may be there plain or as .gz."""
    for path in (os.path.join(folder, name), os.path.join(folder, name + ".gz")):
        if os.path.exists(path):
            return path
    raise SystemExit(f"no {name} or {name}.gz in {folder}: give the folder of the MNIST IDX files with --data")


def parts(path, magic, ndim):
    """Header numbers after the magic, and the bytes behind them."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        data = file.read()
    head = struct.unpack(f">{1 + ndim}i", data[:4 + 4 * ndim])
    if head[0] != magic or len(data) != 4 + 4 * ndim + int(np.prod(head[1:])):
        raise SystemExit(f"{path}: expected IDX of magic {magic} and {ndim} sizes, got magic {head[0]}, sizes {head[1:]}, {len(data)} bytes")
    return head[1:], np.frombuffer(data, np.uint8, offset=4 + 4 * ndim)


def pixels(path):
    """N x 784 bytes."""
    (count, rows, columns), data = parts(path, 2051, 3)
    if (rows, columns) != (28, 28):
        raise SystemExit(f"{path}: expected images of 28 x 28, got {rows} x {columns}")
    return data.reshape(count, 784)


def labels(path):
    """N bytes."""
    return parts(path, 2049, 1)[1]


def read(path):
    """N x 784 in [0, 1]."""
    return torch.from_numpy(pixels(path).astype(np.float32) / np.float32(255))
