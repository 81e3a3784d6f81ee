"""Reading and writing safetensors files (8 bytes of header length, JSON header, raw little-endian data) without a package for it."""
import json
import struct

import numpy as np

TYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64}


def save(path, tensors, metadata):
    """Tensors by name as numpy arrays (float32 or float16), names in order; metadata: strings by name."""
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        blob = np.ascontiguousarray(tensors[name]).tobytes()
        header[name] = {"dtype": {"float32": "F32", "float16": "F16"}[tensors[name].dtype.name], "shape": list(tensors[name].shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def parts(path):
    """Header and data."""
    with open(path, "rb") as file:
        raw = file.read()
    start = 8 + struct.unpack("<Q", raw[:8])[0]
    return json.loads(raw[8:start]), raw[start:]


def metadata(path):
    return parts(path)[0].get("__metadata__", {})


def load(path):
    """Tensors by name as float32 arrays."""
    header, data = parts(path)
    out = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            out[name] = np.frombuffer(data[first:last], TYPES[entry["dtype"]]).reshape(entry["shape"]).astype(np.float32)
    return out
