#!/usr/bin/env python3
"""The beta-VAE of the Epanechnikov paper (Hoover et al., arXiv 2506.10801, section 10 of our notes).

Trains a 784-512-512-10 variational autoencoder on MNIST from scratch and writes its weights as
safetensors. Reads the IDX files of a given folder (plain or .gz) and downloads nothing; runs on a
CPU or a GPU. One seed draws the initial weights, every shuffle and every latent sample (all three
on the CPU, so the draws are the same on every device).

    python3 training/beta-vae.py --data DIR --out beta-vae-mnist.safetensors

Recipe: Adam 1e-3 (0.9, 0.999, 1e-8), batch 128 shuffled (469 steps an epoch, the last one of 96),
50 epochs of all 60,000 training images, pixels / 255, loss = sum BCE + 4 * sum KL, float32
throughout (the authors used half-precision autocasting and no seed). After every epoch a checkpoint
is written to --checkpoints (an ignored folder); the same command again goes on from it, and gives
the weights it would have given without the interruption (same machine, same thread count).
"""

import argparse
import hashlib
import json
import os
import time

import torch
from torch import nn
from torch.nn import functional as F

import idx
import tensors

KL_WEIGHT = 4.0


class BetaVae(nn.Module):
    """Encoder 784-512-512 -> (mu, log variance) of 10; decoder 10-512-512-784."""

    def __init__(self, latent=10, hidden=512, pixels=784):
        super().__init__()

        def layer(inputs, outputs):
            return [nn.Linear(inputs, outputs), nn.LeakyReLU(0.2), nn.BatchNorm1d(outputs)]

        self.encoder = nn.Sequential(*layer(pixels, hidden), *layer(hidden, hidden))
        self.fc_mu = nn.Linear(hidden, latent)
        self.fc_logvar = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(
            *layer(latent, hidden), *layer(hidden, hidden), nn.Linear(hidden, pixels), nn.Sigmoid()
        )

    def encode(self, images):
        hidden = self.encoder(images)
        return self.fc_mu(hidden), self.fc_logvar(hidden)

    def decode(self, latents):
        return self.decoder(latents)


def losses(output, images, mu, logvar):
    """Summed binary cross-entropy and summed KL of one batch (L38)."""
    bce = F.binary_cross_entropy(output, images, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return bce, kl


@torch.no_grad()
def evaluate(model, images, device, seed):
    """Per image on the test set: BCE of a sampled latent, BCE of the mean, and KL."""
    model.eval()
    draws = torch.Generator().manual_seed(seed)
    sampled = mean = divergence = 0.0
    for start in range(0, len(images), 1000):
        batch = images[start : start + 1000].to(device)
        mu, logvar = model.encode(batch)
        noise = torch.randn(mu.shape, generator=draws).to(device)
        bce, kl = losses(model.decode(mu + noise * torch.exp(0.5 * logvar)), batch, mu, logvar)
        sampled += bce.item()
        divergence += kl.item()
        mean += losses(model.decode(mu), batch, mu, logvar)[0].item()
    model.train()
    n = len(images)
    return {"bce": sampled / n, "bceOfMean": mean / n, "kl": divergence / n, "loss": (sampled + KL_WEIGHT * divergence) / n}


def half(state):
    """The weights as shipped: every float as f16; the three step counters stay int64."""
    return {name: value.half() if value.is_floating_point() else value for name, value in state.items()}


def main():
    parser = argparse.ArgumentParser(description="Train the 10-d beta-VAE on MNIST.")
    parser.add_argument("--data", required=True, help="folder with the MNIST IDX files")
    parser.add_argument("--out", required=True, help="the f16 safetensors file to write")
    parser.add_argument("--checkpoints", default=os.path.join(os.path.dirname(__file__), "runs", "beta-vae"))
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seed", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    train = idx.read(idx.find(options.data, "train-images-idx3-ubyte"))
    test = idx.read(idx.find(options.data, "t10k-images-idx3-ubyte"))
    torch.manual_seed(options.seed)
    model = BetaVae().to(options.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    draws = torch.Generator().manual_seed(options.seed)
    first = 0
    os.makedirs(options.checkpoints, exist_ok=True)
    last = os.path.join(options.checkpoints, f"seed-{options.seed}.pt")
    if os.path.exists(last):
        saved = torch.load(last, map_location="cpu", weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict({"state": saved["moments"], "param_groups": optimizer.state_dict()["param_groups"]})
        draws.set_state(saved["draws"])
        first = saved["epochs"]
        print(f"going on after epoch {first} of {last}", flush=True)

    for epoch in range(first, options.epochs):
        began, total_bce, total_kl = time.time(), 0.0, 0.0
        order = torch.randperm(len(train), generator=draws)
        for start in range(0, len(train), options.batch):
            batch = train[order[start : start + options.batch]].to(options.device)
            mu, logvar = model.encode(batch)
            noise = torch.randn(mu.shape, generator=draws).to(options.device)
            bce, kl = losses(model.decode(mu + noise * torch.exp(0.5 * logvar)), batch, mu, logvar)
            optimizer.zero_grad(set_to_none=True)
            (bce + KL_WEIGHT * kl).backward()
            optimizer.step()
            total_bce += bce.item()
            total_kl += kl.item()
        measured = evaluate(model, test, options.device, options.seed)
        state = {"model": model.state_dict(), "moments": optimizer.state_dict()["state"], "draws": draws.get_state()}
        torch.save({**state, "epochs": epoch + 1}, last + ".part")
        os.replace(last + ".part", last)
        seconds = time.time() - began
        print(
            f"epoch {epoch + 1}: train BCE {total_bce / len(train):.3f} KL {total_kl / len(train):.3f}; "
            f"test BCE {measured['bce']:.3f} KL {measured['kl']:.3f} loss {measured['loss']:.3f}; {seconds:.1f} s",
            flush=True,
        )

    full = evaluate(model, test, options.device, options.seed)
    shipped = half({name: value.cpu() for name, value in model.state_dict().items()})
    notes = {"recipe": "training/beta-vae.py", "seed": str(options.seed), "epochs": str(options.epochs)}
    tensors.save(options.out, {name: value.numpy() for name, value in shipped.items()}, notes)
    model.load_state_dict({name: value.float() if value.is_floating_point() else value for name, value in shipped.items()})
    report = {
        "seed": options.seed,
        "epochs": options.epochs,
        "torch": torch.__version__,
        "device": options.device,
        "testFloat32": full,
        "testShippedF16": evaluate(model, test, options.device, options.seed),
        "sha256": hashlib.sha256(open(options.out, "rb").read()).hexdigest(),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
