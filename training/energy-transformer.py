#!/usr/bin/env python3
"""Trains the small image Energy Transformer of fixtures/weights (arXiv 2302.07253): CIFAR-10, patch 4, half of the patches hidden.

    python3 training/energy-transformer.py --data cifar-10-binary.tar.gz --out checkpoints/et [--epochs 40] [--device cuda]

Needs torch and numpy. Resumes from OUT/last.pt, writes OUT/energy-transformer.safetensors (f16, key layout of the released checkpoints) after
every epoch, and OUT/log.csv with the masked MSE on test pictures that training never sees.

  tokens x  B x (N + 1) x D, CLS first;  x <- x + alpha u(layernorm(x)), T times
  u = attention as query + attention as key + Xi^T relu(Xi xhat): the analytic -dE/dxhat of E = E_ATT + E_HN, so no gradient of a gradient is taken
"""
import argparse
import math
import os
import time

import numpy as np
import torch
from torch import nn

import cifar
import tensors

MEAN = (0.4914, 0.4822, 0.4465)
SD = (0.2470, 0.2435, 0.2616)
PATCH, SIDE, CHANNELS = 4, 32, 3
N, P = (SIDE // PATCH) ** 2, CHANNELS * PATCH**2


def patches(images):
    """B x C x 32 x 32 in [0, 1] -> B x N x P: patches row-major, numbers in order channel, row, column."""
    mean = torch.tensor(MEAN, device=images.device).view(1, -1, 1, 1)
    sd = torch.tensor(SD, device=images.device).view(1, -1, 1, 1)
    x = (images - mean) / sd
    b, g = len(x), SIDE // PATCH
    return x.view(b, CHANNELS, g, PATCH, g, PATCH).permute(0, 2, 4, 1, 3, 5).reshape(b, N, P)


class EnergyTransformer(nn.Module):
    def __init__(self, D, H, Y, M, alpha, steps):
        super().__init__()
        normal = lambda sd, *shape: nn.Parameter(torch.randn(*shape) * sd)
        self.alpha, self.steps, self.beta = alpha, steps, 1 / math.sqrt(Y)
        self.Wq, self.Wk = normal(1 / math.sqrt(D), H, Y, D), normal(1 / math.sqrt(D), H, Y, D)
        self.Xi = normal(0.5 / math.sqrt(D), M, D)
        self.gamma, self.delta = nn.Parameter(torch.ones(())), nn.Parameter(torch.zeros(D))
        self.Wenc, self.Benc = normal(1 / math.sqrt(P), P, D), nn.Parameter(torch.zeros(D))
        self.Wdec, self.Bdec = normal(0.02, D, P), nn.Parameter(torch.zeros(P))
        self.positions, self.CLS, self.MASK = normal(0.3, N + 1, D), normal(0.02, D), normal(0.02, D)

    def norm(self, x):
        centred = x - x.mean(-1, keepdim=True)
        return self.gamma * centred / torch.sqrt(centred.square().mean(-1, keepdim=True) + 1e-5) + self.delta

    def update(self, xhat):
        b, n, D = xhat.shape
        H, Y, _ = self.Wq.shape
        flatQ, flatK = self.Wq.view(H * Y, D), self.Wk.view(H * Y, D)
        Q = (xhat @ flatQ.T).view(b, n, H, Y).transpose(1, 2)
        K = (xhat @ flatK.T).view(b, n, H, Y).transpose(1, 2)
        omega = torch.softmax(self.beta * Q @ K.transpose(-1, -2), -1)  # query, key; a token sees itself too
        as_query = (omega @ K).transpose(1, 2).reshape(b, n, H * Y) @ flatQ
        as_key = (omega.transpose(-1, -2) @ Q).transpose(1, 2).reshape(b, n, H * Y) @ flatK
        return as_query + as_key + torch.relu(xhat @ self.Xi.T) @ self.Xi

    def forward(self, patch, hidden, steps=None):
        h = hidden.unsqueeze(-1).to(patch.dtype)
        tokens = (patch * (1 - h)) @ self.Wenc + self.Benc
        tokens = tokens * (1 - h) + self.MASK * h
        x = torch.cat([self.CLS.expand(len(patch), 1, -1), tokens], 1) + self.positions
        for _ in range(self.steps if steps is None else steps):
            x = x + self.alpha * self.update(self.norm(x))
        return self.norm(x[:, 1:]) @ self.Wdec + self.Bdec

    def released(self):
        p = {k: v.detach().cpu() for k, v in self.named_parameters()}
        return {"Wq": p["Wq"], "Wk": p["Wk"], "Xi": p["Xi"].T, "LNORM_gamma": p["gamma"].view(1), "LNORM_bias": p["delta"], "Wenc": p["Wenc"], "Benc": p["Benc"],
                "Wdec": p["Wdec"], "Bdec": p["Bdec"], "POS_embed": p["positions"], "CLS_token": p["CLS"], "MASK_token": p["MASK"]}


def random_masks(b, low, high, generator, device):
    """A share drawn per picture, scattered patches."""
    share = low + (high - low) * torch.rand(b, 1, generator=generator, device=generator.device)
    order = torch.rand(b, N, generator=generator, device=generator.device).argsort(1).argsort(1)
    return (order < (share * N).round()).to(device)


def masked_mse(model, images, device, seed=7):
    """In pixel units [0, 1], over the hidden patches, exactly half of them."""
    generator = torch.Generator().manual_seed(seed)
    sd = torch.tensor(SD, device=device).view(1, 1, -1, 1).expand(1, 1, CHANNELS, PATCH**2).reshape(1, 1, P)
    total = count = 0
    with torch.no_grad():
        for at in range(0, len(images), 250):
            patch = patches(images[at:at + 250].to(device).float() / 255)
            hidden = random_masks(len(patch), 0.5, 0.5, generator, device)
            error = ((model(patch, hidden) - patch) * sd).square() * hidden.unsqueeze(-1)
            total += error.sum().item()
            count += hidden.sum().item() * P
    return total / count


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--data", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--epochs", type=int, default=40)
    a.add_argument("--dim", type=int, default=128)
    a.add_argument("--heads", type=int, default=8)
    a.add_argument("--width", type=int, default=16)
    a.add_argument("--memories", type=int, default=512)
    a.add_argument("--steps", type=int, default=8)
    a.add_argument("--alpha", type=float, default=0.2)
    a.add_argument("--batch", type=int, default=64)
    a.add_argument("--rate", type=float, default=2e-3)
    a.add_argument("--seed", type=int, default=0)
    a.add_argument("--threads", type=int, default=0)
    a.add_argument("--device", default="cpu")
    a.add_argument("--clock", type=float, default=0, help="minutes that the run takes, whatever the epochs: the rate falls by the clock")
    a.add_argument("--minutes", type=float, default=0, help="stop (resumable) after so many minutes; 0: at the end")
    o = a.parse_args()
    if o.threads:
        torch.set_num_threads(o.threads)
    os.makedirs(o.out, exist_ok=True)
    torch.manual_seed(o.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    device = torch.device(o.device)
    train = cifar.read(o.data, cifar.TRAIN)[0].to(device)
    test = cifar.read(o.data, cifar.TEST)[0][:1000]
    model = EnergyTransformer(o.dim, o.heads, o.width, o.memories, o.alpha, o.steps).to(device)
    flat = [p for n, p in model.named_parameters() if n in ("Wq", "Wk", "Xi", "Wenc", "Wdec")]
    rest = [p for n, p in model.named_parameters() if n not in ("Wq", "Wk", "Xi", "Wenc", "Wdec")]
    optimiser = torch.optim.AdamW([{"params": flat, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=o.rate, betas=(0.9, 0.99))
    per_epoch = len(train) // o.batch
    whole, warm = o.epochs * per_epoch, 300
    began = time.time()
    done = lambda i: min(1, (time.time() - began) / (60 * o.clock) if o.clock else i / whole)
    rate = lambda i: min((i + 1) / warm, 0.5 * (1 + math.cos(math.pi * done(i))) + 1e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    generator = torch.Generator(device).manual_seed(o.seed)
    last, step = os.path.join(o.out, "last.pt"), 0
    if os.path.exists(last):
        state = torch.load(last, map_location=device)
        model.load_state_dict(state["model"]); optimiser.load_state_dict(state["optimiser"]); schedule.load_state_dict(state["schedule"])
        generator.set_state(state["generator"].cpu()); step = state["step"]

    def save():
        torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "schedule": schedule.state_dict(), "generator": generator.get_state(), "step": step}, last + ".part")
        os.replace(last + ".part", last)
        metadata = {"recipe": "training/energy-transformer.py", "steps": str(o.steps), "alpha": str(o.alpha), "patch": str(PATCH), "seed": str(o.seed), "updates": str(step)}
        halves = {name: value.numpy().astype(np.float16) for name, value in sorted(model.released().items())}
        tensors.save(os.path.join(o.out, "energy-transformer.safetensors"), halves, metadata)

    loss_sum = seen = 0
    while step < whole:
        if step % per_epoch == 0:
            order_seed = torch.Generator().manual_seed(o.seed * 1000 + step // per_epoch)
            order = torch.randperm(len(train), generator=order_seed).to(device)
        elif seen == 0:
            order = torch.randperm(len(train), generator=torch.Generator().manual_seed(o.seed * 1000 + step // per_epoch)).to(device)
        at = step % per_epoch * o.batch
        images = train[order[at:at + o.batch]].float() / 255
        flip = torch.rand(len(images), 1, 1, 1, generator=generator, device=device) < 0.5
        images = torch.where(flip, images.flip(3), images)
        patch = patches(images)
        hidden = random_masks(len(patch), 0.3, 0.7, generator, device)
        loss = ((model(patch, hidden) - patch).square().mean(-1) * hidden).sum() / hidden.sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step(); schedule.step()
        with torch.no_grad():
            model.gamma.clamp_(min=1e-2)  # the energy falls only for gamma > 0 (3.21)
        step += 1
        loss_sum += loss.detach(); seen += 1
        if step % 50 == 0:
            print(f"step {step} of {whole}: loss {loss_sum / seen:.4f}, {(time.time() - began) / seen:.2f} s a step", flush=True)
        stop = done(step) == 1 or o.minutes and time.time() - began > 60 * o.minutes
        if step % per_epoch == 0 or step % 250 == 0 or stop or step == whole:
            save()
            with open(os.path.join(o.out, "log.csv"), "a") as log:
                log.write(f"{step},{loss_sum / max(1, seen):.5f},{masked_mse(model, test, device):.6f}\n")
        if stop:
            return


if __name__ == "__main__":
    main()
