"""A checkpoint of contrastive.py as safetensors with the state-dict names that src/encoders binds: batch norms keep their running
statistics and are folded when the file is loaded.

    python3 training/export.py training/runs/small/checkpoint.pt fixtures/weights/contrastive-small.safetensors [--float32 | --int8]
    python3 training/export.py resnet18.safetensors fixtures/weights/contrastive-resnet18.safetensors --int8

--int8: matrices W as 8-bit numbers and `W_scale`, one scale for each output channel, the largest magnitude of its row being 127.
"""
import argparse
import hashlib

import numpy as np
import torch

import tensors


def arrays(state, kind):
    """Without the counts of batches, which inference does not read. Norms keep 32 bits: they are few, and a variance may be tiny."""
    out = {}
    for name, value in state.items():
        if not name.endswith("num_batches_tracked"):
            out[name] = value.cpu().contiguous().numpy().astype(kind if value.ndim >= 2 else np.float32)
    return out


def quantised(exact):
    out = {}
    for name, value in exact.items():
        if value.ndim < 2:
            out[name] = value
            continue
        rows = value.reshape(len(value), -1)
        scale = np.maximum(np.abs(rows).max(1), np.float32(1e-30)) / np.float32(127)
        out[name], out[name + "_scale"] = np.rint(rows / scale[:, None]).astype(np.int8).reshape(value.shape), scale
    return out


def write(path, state, metadata, kind=np.float16):
    made = quantised(arrays(state, np.float32)) if kind is np.int8 else arrays(state, kind)
    tensors.save(path, dict(sorted(made.items())), metadata)
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("file")
    parser.add_argument("--float32", action="store_true")
    parser.add_argument("--int8", action="store_true")
    args = parser.parse_args()
    kind = np.int8 if args.int8 else np.float32 if args.float32 else np.float16
    if args.checkpoint.endswith(".safetensors"):
        state = {name: torch.from_numpy(value) for name, value in tensors.load(args.checkpoint).items()}
        print(args.file, write(args.file, state, tensors.metadata(args.checkpoint), kind))
        return
    saved = torch.load(args.checkpoint, map_location="cpu")
    about = saved["args"]
    metadata = {"format": "pt", "architecture": about["arch"], "augment": about["augment"], "epochs": str(saved["epoch"]), "seed": str(about["seed"]), "licence": "MIT"}
    print(args.file, write(args.file, saved["average"], metadata, kind))


if __name__ == "__main__":
    main()
