"""A checkpoint of contrastive.py as safetensors with the state-dict names that src/encoders binds: batch norms keep their running
statistics and are folded when the file is loaded.

    python3 training/export.py training/runs/small/checkpoint.pt fixtures/weights/contrastive-small.safetensors [--float32]
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


def write(path, state, metadata, kind=np.float16):
    tensors.save(path, dict(sorted(arrays(state, kind).items())), metadata)
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("file")
    parser.add_argument("--float32", action="store_true")
    args = parser.parse_args()
    saved = torch.load(args.checkpoint, map_location="cpu")
    about = saved["args"]
    metadata = {"format": "pt", "architecture": about["arch"], "augment": about["augment"], "epochs": str(saved["epoch"]), "seed": str(about["seed"]), "licence": "MIT"}
    print(args.file, write(args.file, saved["average"], metadata, np.float32 if args.float32 else np.float16))


if __name__ == "__main__":
    main()
