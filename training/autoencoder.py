"""Autoencoders of digits and clothes for the fully-semantic memory (semantic-memory.md section 13): 784-256-64-b | b-64-256-784, ReLU, linear
code, sigmoid at the end; (S14), denoising, unless --plain, which is (S13).

    python3 training/autoencoder.py --images train-images-idx3-ubyte.gz --test t10k-images-idx3-ubyte.gz --code 16 --file fixtures/weights/autoencoder-mnist-16.safetensors

Adam 1e-3 falling along half a cosine, batch 128, 20 epochs over all 60,000 training images; in (S14) the input is (C1) with sigma ~ U(0, .5)
per image. Memories are to be taken from the test images. A few minutes on one core; the file and its card (.md) are written at the end, from the seed alone.
"""
import argparse
import json
import os

import torch
from torch import nn

import idx
from export import write

HIDDEN = (256, 64)


def autoencoder(code):
    a, b = HIDDEN
    model = nn.Module()
    model.encoder = nn.Sequential(nn.Linear(784, a), nn.ReLU(), nn.Linear(a, b), nn.ReLU(), nn.Linear(b, code))
    model.decoder = nn.Sequential(nn.Linear(code, b), nn.ReLU(), nn.Linear(b, a), nn.ReLU(), nn.Linear(a, 784), nn.Sigmoid())
    return model


def folded(x, sigma, generator):
    """(C1)"""
    return (x + sigma * torch.randn(x.shape, generator=generator)).abs().clamp(max=1)


@torch.no_grad()
def measures(model, test):
    """Squared error per pixel, and index-exact recall in code space (L2) of 1,000 test images, both from noise of each strength."""
    generator, out = torch.Generator().manual_seed(11), {}
    codes = model.encoder(test[:1000])
    for sigma in (0, 0.1, 0.3, 0.5, 1):
        noisy = folded(test, sigma, generator)
        found = model.encoder(noisy)
        recall = (torch.cdist(found[:1000], codes).argmin(1) == torch.arange(1000)).float().mean().item()
        out[f"sigma {sigma}"] = {"mse": round((model.decoder(found) - test).square().mean().item(), 5), "recall": round(recall, 3)}
    return out


def card(path, images, code, plain, epochs, seed, digest, half, full):
    """The text beside the file."""
    name, data = os.path.basename(path)[:-len(".safetensors")], "Fashion-MNIST (MIT)" if "fashion" in images else "MNIST"
    form = "autoencoder (S13)" if plain else "denoising autoencoder (S14), its inputs with noise (C1) of sigma ~ U(0, .5) per image"
    rows = [f"| {sigma[6:]} | {row['mse']:.4f} | {row['recall']:.3f} | {full[sigma]['mse']:.4f} | {full[sigma]['recall']:.3f} |" for sigma, row in half.items()]
    return "\n".join([
        f"# {name}", "",
        f"`mlp-encoder` and `mlp-decoder` in one file: 784-256-64-{code} | {code}-64-256-784, {form}; semantic-memory section 13.", "",
        f"- Data: the 60,000 training images of {data}; no label is read. The 10,000 test images were not seen: memories belong among them.",
        f"- Recipe: `training/autoencoder.py --code {code}{' --plain' if plain else ''} --epochs {epochs} --seed {seed}`; Adam 1e-3 along half a cosine, batch 128.",
        f"- Size: {4 * code} bytes a memory against 3,136; matrices in 16 bits, biases in 32.", f"- Licence: MIT. sha256 {digest}", "",
        "Measured on the test images, damaged by (C1): squared error per pixel of the decoded code to the clean image, and index-exact recall among the",
        "codes (L2) of the first 1,000.", "", "| sigma | error | recall | error in 32 bits | recall in 32 bits |", "|---|---|---|---|---|", *rows, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--code", type=int, required=True)
    parser.add_argument("--file", required=True)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    images, test = idx.read(args.images), idx.read(args.test)
    model = autoencoder(args.code)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    steps = len(images) // 128
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs * steps)
    for epoch in range(args.epochs):
        order, total = torch.randperm(len(images), generator=generator), 0.0
        for step in range(steps):
            x = images[order[step * 128:(step + 1) * 128]]
            seen = x if args.plain else folded(x, torch.rand(len(x), 1, generator=generator) / 2, generator)
            loss = (model.decoder(model.encoder(seen)) - x).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1} of {args.epochs}: {total / steps:.5f}", flush=True)
    exact = measures(model, test)
    metadata = {"format": "pt", "architecture": "mlp-encoder, mlp-decoder", "loss": "(S13)" if args.plain else "(S14)", "code": str(args.code), "epochs": str(args.epochs), "seed": str(args.seed), "licence": "MIT"}
    digest = write(args.file, model.state_dict(), metadata)
    model.load_state_dict({name: value.half().float() if value.ndim >= 2 else value for name, value in model.state_dict().items()})
    half = measures(model, test)
    with open(args.file[:-len(".safetensors")] + ".md", "w") as file:
        file.write(card(args.file, args.images, args.code, args.plain, args.epochs, args.seed, digest, half, exact))
    print(json.dumps({"file": args.file, "sha256": digest, "16 bits": half, "32 bits": exact}, indent=1))


if __name__ == "__main__":
    main()
