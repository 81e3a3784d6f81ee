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


def read(path):
    """N x 784."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        data = file.read()
    magic, count, rows, columns = struct.unpack(">4i", data[:16])
    if (magic, rows, columns) != (2051, 28, 28) or len(data) != 16 + count * 784:
        raise SystemExit(f"{path}: expected IDX images of 28 x 28 (magic 2051), got magic {magic}, {rows} x {columns}, {len(data)} bytes")
    pixels = np.frombuffer(data, np.uint8, offset=16).reshape(count, 784)
    return torch.from_numpy(pixels.astype(np.float32) / np.float32(255))
