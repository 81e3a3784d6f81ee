"""Reading and writing safetensors files (8 bytes of header length, JSON header, raw little-endian data) without a package for it."""
import json
import os
import struct

import numpy as np

TYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64, "I8": np.int8}
NAMES = {"float32": "F32", "float16": "F16", "int64": "I64", "int8": "I8"}


def save(path, tensors, metadata):
    """Tensors by name as numpy arrays (float32, float16, int64 or int8), in their order; metadata: strings by name. The file appears whole or not at all."""
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name, array in tensors.items():
        blob = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": NAMES[array.dtype.name], "shape": list(array.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".part", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
    os.replace(path + ".part", path)


def parts(path):
    """Header and data."""
    with open(path, "rb") as file:
        raw = file.read()
    start = 8 + struct.unpack("<Q", raw[:8])[0]
    return json.loads(raw[8:start]), raw[start:]


def metadata(path):
    return parts(path)[0].get("__metadata__", {})


def load(path):
    """Tensors by name as float32 arrays; an int8 tensor W with one scale a row, `W_scale`, is their product."""
    header, data = parts(path)
    out = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            out[name] = np.frombuffer(data[first:last], TYPES[entry["dtype"]]).reshape(entry["shape"]).astype(np.float32)
    for name in [name for name, entry in header.items() if entry.get("dtype") == "I8" and name + "_scale" in header]:
        scale = out.pop(name + "_scale")
        out[name] *= scale.reshape(-1, *[1] * (out[name].ndim - 1))
    return out
